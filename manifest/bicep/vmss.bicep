// Boot integrity monitoring on an existing scale set (Trusted Launch, Secure Boot and vTPM on).
// az deployment group create --resource-group GROUP --template-file vmss.bicep --parameters vmssName=NAME

param vmssName string

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

resource vmss 'Microsoft.Compute/virtualMachineScaleSets@2023-09-01' existing = {
  name: vmssName
}

// A scale set in manual upgrade mode applies this to existing instances only when they are upgraded to the newest model.
resource guestAttestation 'Microsoft.Compute/virtualMachineScaleSets/extensions@2023-09-01' = {
  parent: vmss
  name: 'GuestAttestation'
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
