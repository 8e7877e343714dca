// A person's program in JavaScript: it knows the component by the plugin's schema, as a generated SDK does.
const pulumi = require("@pulumi/pulumi");

class OwnedRecord extends pulumi.ComponentResource {
  constructor(name, args, opts) {
    super("truenorth:index:OwnedRecord", name, { ...args, fqdn: undefined }, opts, true);
  }
}

const www = new OwnedRecord("www", {
  zone: "example.com",
  zoneId: new pulumi.Config().require("zone"),
  name: "www",
  type: "A",
  contents: ["192.0.2.2", pulumi.output("192.0.2.1")],
});
exports.fqdn = www.fqdn;
