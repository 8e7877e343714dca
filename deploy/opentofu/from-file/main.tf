# What `truenorth external` wrote into a file, for a configuration that is to need no provider.
#
#   truenorth external --stack home < /dev/null > truenorth.json
#
#   module "home" {
#     source = "./deploy/opentofu/from-file"
#     file   = "${path.root}/truenorth.json"
#   }
#   ... module.home.result["ipv4"] ...

terraform {
  required_version = ">= 1.6"
}

variable "file" {
  description = "The file. The command that writes it fails where something is not known, and then the file is empty."
  type        = string
}

output "result" {
  description = "Texts by key, as `truenorth external --help` has them."
  value       = jsondecode(file(var.file))

  precondition {
    condition     = try(length(jsondecode(file(var.file))) > 0, false)
    error_message = "${var.file} has no answer of `truenorth external`: run the command again and read what it says."
  }
}
