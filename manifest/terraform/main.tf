# Boot integrity monitoring on existing VMs and scale sets (Trusted Launch, Secure Boot and vTPM on).
# terraform apply -var 'vm_ids={web="/subscriptions/.../virtualMachines/web"}'

terraform {
  required_providers {
    azurerm = {
      source  = "hashicorp/azurerm"
      version = ">= 3.0"
    }
  }
}

variable "attestation_endpoint" {
  description = "Address of your attestation provider, https://host or https://host:port; empty: the shared one of the region."
  type        = string
  default     = ""

  validation {
    condition     = var.attestation_endpoint == "" || startswith(var.attestation_endpoint, "https://")
    error_message = "The provider's address starts with https://, or is empty."
  }
}

variable "frequency" {
  description = "Time between attestations: 15M to 24H."
  type        = string
  default     = "4H"
}

variable "disable_alerts" {
  description = "true: an Unhealthy verdict is shown, but does not turn the extension's status into an error."
  type        = bool
  default     = false
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

locals {
  settings = jsonencode({
    AttestationConfig = {
      MaaSettings = {
        maaEndpoint   = var.attestation_endpoint
        maaTenantName = "GuestAttestation"
      }
      AscSettings = {
        ascReportingFrequency = var.frequency
      }
      disableAlerts = tostring(var.disable_alerts)
    }
  })
}

resource "azurerm_virtual_machine_extension" "guest_attestation" {
  for_each = var.vm_ids

  name                       = "GuestAttestation"
  virtual_machine_id         = each.value
  publisher                  = "BootIntegrity.LinuxAttestation"
  type                       = "GuestAttestation"
  type_handler_version       = "1.0"
  auto_upgrade_minor_version = true
  # minor versions arrive by themselves, an availability zone at a time
  automatic_upgrade_enabled = true
  settings                  = local.settings
}

# A scale set in manual upgrade mode applies this to existing instances only when they are upgraded to the newest model.
resource "azurerm_virtual_machine_scale_set_extension" "guest_attestation" {
  for_each = var.scale_set_ids

  name                         = "GuestAttestation"
  virtual_machine_scale_set_id = each.value
  publisher                    = "BootIntegrity.LinuxAttestation"
  type                         = "GuestAttestation"
  type_handler_version         = "1.0"
  auto_upgrade_minor_version   = true
  automatic_upgrade_enabled    = true
  settings                     = local.settings
}
