// The provider hashicorp/external as OpenTofu meets it: the data source "external", and nothing else.
//
// It follows https://registry.terraform.io/providers/hashicorp/external/latest/docs/data-sources/external: the program
// is started with the query as a JSON object on its standard input, prints a JSON object of texts, and fails with an
// exit code that is not zero and a message on standard error.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"os/exec"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// version is set by the linker.
var version = "0.0.0"

func main() {
	if len(os.Args) > 1 && os.Args[1] == "--version" {
		fmt.Println(version)
		return
	}
	serve := providerserver.ServeOpts{Address: "registry.opentofu.org/hashicorp/external", ProtocolVersion: 5}
	if err := providerserver.Serve(context.Background(), func() provider.Provider { return external{} }, serve); err != nil {
		log.Fatal(err)
	}
}

type external struct{}

func (external) Metadata(_ context.Context, _ provider.MetadataRequest, answer *provider.MetadataResponse) {
	answer.TypeName, answer.Version = "external", version
}
func (external) Schema(context.Context, provider.SchemaRequest, *provider.SchemaResponse)          {}
func (external) Configure(context.Context, provider.ConfigureRequest, *provider.ConfigureResponse) {}
func (external) Resources(context.Context) []func() resource.Resource                              { return nil }
func (external) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{func() datasource.DataSource { return program{} }}
}

// program is the data source.
type program struct{}

type arguments struct {
	Program    []types.String          `tfsdk:"program"`
	WorkingDir types.String            `tfsdk:"working_dir"`
	Query      map[string]types.String `tfsdk:"query"`
	Result     map[string]string       `tfsdk:"result"`
	ID         types.String            `tfsdk:"id"`
}

func (program) Metadata(_ context.Context, _ datasource.MetadataRequest, answer *datasource.MetadataResponse) {
	answer.TypeName = "external"
}

func (program) Schema(_ context.Context, _ datasource.SchemaRequest, answer *datasource.SchemaResponse) {
	answer.Schema = schema.Schema{Attributes: map[string]schema.Attribute{
		"program":     schema.ListAttribute{ElementType: types.StringType, Required: true},
		"working_dir": schema.StringAttribute{Optional: true},
		"query":       schema.MapAttribute{ElementType: types.StringType, Optional: true},
		"result":      schema.MapAttribute{ElementType: types.StringType, Computed: true},
		"id":          schema.StringAttribute{Computed: true},
	}}
}

func (program) Read(ctx context.Context, asked datasource.ReadRequest, answer *datasource.ReadResponse) {
	var found arguments
	if answer.Diagnostics.Append(asked.Config.Get(ctx, &found)...); answer.Diagnostics.HasError() {
		return
	}
	if found.Result = run(ctx, found, &answer.Diagnostics); answer.Diagnostics.HasError() {
		return
	}
	found.ID = types.StringValue("-")
	answer.Diagnostics.Append(answer.State.Set(ctx, &found)...)
}

// run starts the program and returns what it prints; words and values that are null are left out.
func run(ctx context.Context, asked arguments, said *diag.Diagnostics) (result map[string]string) {
	var words []string
	for _, word := range asked.Program {
		if word.ValueString() != "" {
			words = append(words, word.ValueString())
		}
	}
	if len(words) == 0 {
		said.AddError("External Program Missing", "The data source was configured without a program to execute.")
		return nil
	}
	query := map[string]string{}
	for key, value := range asked.Query {
		if !value.IsNull() {
			query[key] = value.ValueString()
		}
	}
	given, err := json.Marshal(query)
	if err != nil {
		said.AddError("Query Handling Failed", err.Error())
		return nil
	}
	command := exec.CommandContext(ctx, words[0], words[1:]...)
	command.Dir, command.Stdin = asked.WorkingDir.ValueString(), bytes.NewReader(given)
	printed, err := command.Output()
	if failed, ok := err.(*exec.ExitError); ok {
		said.AddError("External Program Execution Failed", fmt.Sprintf("Error Message: %s\n\n%s", failed.Stderr, failed))
	} else if err != nil {
		said.AddError("External Program Lookup Failed", err.Error())
	} else if err := json.Unmarshal(printed, &result); err != nil {
		said.AddError("Unexpected External Program Results", "No JSON object of texts: "+err.Error())
	}
	return result
}
