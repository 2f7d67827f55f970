// Boot integrity monitoring on an existing VM (Trusted Launch, Secure Boot and vTPM on).
// az deployment group create --resource-group GROUP --template-file vm.bicep --parameters vmName=NAME

param vmName string
param location string = resourceGroup().location

@description('Address of your attestation provider, https://host or https://host:port; empty: the shared one of the region.')
param attestationEndpoint string = ''

@description('Time between attestations: 15M to 24H.')
param frequency string = '4H'

@description('\'true\': an Unhealthy verdict is shown, but does not turn the status of the extension into an error.')
@allowed(['true', 'false'])
param disableAlerts string = 'false'

resource vm 'Microsoft.Compute/virtualMachines@2023-09-01' existing = {
  name: vmName
}

resource guestAttestation 'Microsoft.Compute/virtualMachines/extensions@2023-09-01' = {
  parent: vm
  name: 'GuestAttestation'
  location: location
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
