# Boot integrity monitoring on existing VMs and scale sets (Trusted Launch, Secure Boot and vTPM on).
# terraform apply -var 'vm_ids={web="/subscriptions/.../virtualMachines/web"}'

terraform {
  required_version = ">= 1.3"

  required_providers {
    azurerm = {
      source  = "hashicorp/azurerm"
      version = ">= 3.0"
    }
  }
}

provider "azurerm" {
  subscription_id = var.subscription_id
  features {}
}

variable "subscription_id" {
  description = "Where the VMs are; null: the one of the environment variable ARM_SUBSCRIPTION_ID."
  type        = string
  default     = null
}

variable "vm_ids" {
  description = "Resource ids of VMs, by any name."
  type        = map(string)
  default     = {}
}

variable "scale_set_ids" {
  description = "Resource ids of scale sets, by any name."
  type        = map(string)
  default     = {}
}

variable "settings" {
  description = "Settings of the extension as manifest/settings.schema.json has them. None is required."
  type        = any
  default     = {}
}

variable "protected_settings" {
  description = "alertSecret, proxyUser, proxyPassword, an alertWebhook that holds a right. Encrypted on the VM; Terraform's state has them in clear text."
  type        = any
  default     = {}
  sensitive   = true
}

variable "extension_publisher" {
  description = "Under which the extension was published."
  type        = string
  default     = "BootIntegrity.LinuxAttestation"
}

variable "extension_version" {
  description = "Major.Minor. Azure takes the newest build of it, and with auto_upgrade_minor_version the newest minor version, at each deployment."
  type        = string
  default     = "1.0"
}

variable "auto_upgrade_minor_version" {
  description = "false: stay with the minor version that is given."
  type        = bool
  default     = true
}

variable "automatic_upgrade_enabled" {
  description = "true: Azure upgrades existing machines by itself. Only a publisher that is enrolled for that may have it."
  type        = bool
  default     = false
}

locals {
  # Azure shows no status of an extension without settings
  settings           = jsonencode(merge({ AttestationConfig = {} }, var.settings))
  protected_settings = length(var.protected_settings) == 0 ? null : jsonencode(var.protected_settings)
}

resource "azurerm_virtual_machine_extension" "guest_attestation" {
  for_each = var.vm_ids

  name                       = "GuestAttestation"
  virtual_machine_id         = each.value
  publisher                  = var.extension_publisher
  type                       = "GuestAttestation"
  type_handler_version       = var.extension_version
  auto_upgrade_minor_version = var.auto_upgrade_minor_version
  automatic_upgrade_enabled  = var.automatic_upgrade_enabled
  settings                   = local.settings
  protected_settings         = local.protected_settings
}

# A scale set in manual upgrade mode applies this to existing instances only when they are upgraded to the newest model.
resource "azurerm_virtual_machine_scale_set_extension" "guest_attestation" {
  for_each = var.scale_set_ids

  name                         = "GuestAttestation"
  virtual_machine_scale_set_id = each.value
  publisher                    = var.extension_publisher
  type                         = "GuestAttestation"
  type_handler_version         = var.extension_version
  auto_upgrade_minor_version   = var.auto_upgrade_minor_version
  automatic_upgrade_enabled    = var.automatic_upgrade_enabled
  settings                     = local.settings
  protected_settings           = local.protected_settings
}
