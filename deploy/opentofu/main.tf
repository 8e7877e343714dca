# What a TrueNorth stack knows, for a configuration of OpenTofu or Terraform: agreed addresses, endpoints, health.
#
#   module "home" {
#     source   = "./deploy/opentofu"
#     settings = "${path.root}/Pulumi.home.yaml"
#   }
#   ... module.home.result["ipv4"] ...

terraform {
  required_version = ">= 1.6"
  required_providers {
    external = {
      source  = "hashicorp/external"
      version = "~> 2.3"
    }
  }
}

variable "ask" {
  description = "What to ask for: addresses, endpoints or health."
  type        = string
  default     = "addresses"

  validation {
    condition     = contains(["addresses", "endpoints", "health"], var.ask)
    error_message = "Ask for addresses, endpoints or health."
  }
}

variable "stack" {
  description = "The stack; it may be left out in a project of one stack."
  type        = string
  default     = ""
}

variable "settings" {
  description = "The file of the stack's settings; by default Pulumi.STACK.yaml in the project's folder."
  type        = string
  default     = ""
}

variable "project" {
  description = "The folder of the project; by default that of the run, or one above it."
  type        = string
  default     = ""
}

variable "program" {
  description = "The command, for instance [\"uvx\", \"truenorth\"]."
  type        = list(string)
  default     = ["truenorth"]
}

data "external" "truenorth" {
  program = concat(var.program, ["external"])
  query = {
    ask      = var.ask
    stack    = var.stack
    settings = var.settings
    project  = var.project
  }
}

output "result" {
  description = "Texts by key, as `truenorth external --help` has them. What is not known fails the run."
  value       = data.external.truenorth.result
}
