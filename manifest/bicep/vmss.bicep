// Boot integrity monitoring on an existing scale set (Trusted Launch, Secure Boot and vTPM on).
// az deployment group create --resource-group GROUP --template-file vmss.bicep --parameters vmssName=NAME

param vmssName string

@description('Address of your attestation provider, https://host or https://host:port; empty: the shared one of the region.')
param attestationEndpoint string = ''

@description('Time between attestations: 15M to 24H.')
param frequency string = '4H'

@description('\'true\': an Unhealthy verdict is shown, but does not turn the status of the extension into an error.')
@allowed(['true', 'false'])
param disableAlerts string = 'false'

resource vmss 'Microsoft.Compute/virtualMachineScaleSets@2023-09-01' existing = {
  name: vmssName
}

// A scale set in manual upgrade mode applies this to existing instances only when they are upgraded to the newest model.
resource guestAttestation 'Microsoft.Compute/virtualMachineScaleSets/extensions@2023-09-01' = {
  parent: vmss
  name: 'GuestAttestation'
  properties: {
    publisher: 'BootIntegrity.LinuxAttestation'
    type: 'GuestAttestation'
    typeHandlerVersion: '1.0'
    autoUpgradeMinorVersion: true
    // minor versions arrive by themselves, an availability zone at a time
    enableAutomaticUpgrade: true
    settings: {
      AttestationConfig: {
        MaaSettings: {
          maaEndpoint: attestationEndpoint
          maaTenantName: 'GuestAttestation'
        }
        AscSettings: {
          ascReportingFrequency: frequency
        }
        disableAlerts: disableAlerts
      }
    }
  }
}
