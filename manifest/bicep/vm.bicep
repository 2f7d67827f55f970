// Boot integrity monitoring on an existing VM (Trusted Launch, Secure Boot and vTPM on).
// az deployment group create --resource-group GROUP --template-file vm.bicep --parameters vmName=NAME

param vmName string
param location string = resourceGroup().location

@description('Settings of the extension as manifest/settings.schema.json has them. None is required.')
param settings object = {}

@description('Settings that stay encrypted: alertSecret, proxyUser, proxyPassword, an alertWebhook that holds a right.')
@secure()
param protectedSettings object = {}

@description('Under which the extension was published.')
param publisher string = 'BootIntegrity.LinuxAttestation'

@description('Major.Minor. Azure takes the newest build of it, and with autoUpgradeMinorVersion the newest minor version, at each deployment.')
param version string = '1.0'

@description('false: stay with the minor version that is given.')
param autoUpgradeMinorVersion bool = true

@description('true: Azure upgrades existing machines by itself. Only a publisher that is enrolled for that may have it.')
param enableAutomaticUpgrade bool = false

resource vm 'Microsoft.Compute/virtualMachines@2023-09-01' existing = {
  name: vmName
}

resource guestAttestation 'Microsoft.Compute/virtualMachines/extensions@2023-09-01' = {
  parent: vm
  name: 'GuestAttestation'
  location: location
  properties: {
    publisher: publisher
    type: 'GuestAttestation'
    typeHandlerVersion: version
    autoUpgradeMinorVersion: autoUpgradeMinorVersion
    enableAutomaticUpgrade: enableAutomaticUpgrade
    // Azure shows no status of an extension without settings
    settings: union({ AttestationConfig: {} }, settings)
    protectedSettings: empty(protectedSettings) ? null : protectedSettings
  }
}
