// All policies in one subscription: their definitions, one initiative, its assignment with an identity that may deploy, and the
// remediation tasks that bring the extension to existing VMs and scale sets.
// az deployment sub create --location REGION --template-file everywhere.bicep

targetScope = 'subscription'

param location string = deployment().location

@description('Settings of the extension as manifest/settings.schema.json has them. None is required.')
param settings object = {}

@description('Under which the extension was published.')
param publisher string = 'BootIntegrity.LinuxAttestation'

@description('Major.Minor. Azure takes the newest build of it, and with autoUpgradeMinorVersion the newest minor version, at each deployment.')
param version string = '1.0'

@description('false: stay with the minor version that is given.')
param autoUpgradeMinorVersion bool = true

@description('true: Azure upgrades existing machines by itself. Only a publisher that is enrolled for that may have it.')
param enableAutomaticUpgrade bool = false

@description('Key vault with the protected settings, one JSON object in a secret: its resource id. Empty: there are none.')
param keyVaultId string = ''

@description('Address of that secret, https://VAULT.vault.azure.net/secrets/NAME/VERSION.')
param secretUrl string = ''

@description('Report only: assign the policies, and deploy nothing.')
param auditOnly bool = true

@description('A remediation ends when this part of its deployments failed. Begin small.')
param failureThreshold string = '0.05'

@description('Deployments of a remediation at a time.')
param parallelDeployments int = 10

@description('Another publisher\'s extension is reported (Audit), or a new one also refused (Deny).')
@allowed(['Audit', 'Deny', 'Disabled'])
param otherEffect string = 'Audit'

@description('Part of the remediation tasks\' names: each deployment makes new ones.')
param run string = utcNow('yyyyMMddHHmm')

var definitions = [
  { name: 'boot-integrity-vm-audit', properties: loadJsonContent('vm-audit.json').properties }
  { name: 'boot-integrity-vm-deploy', properties: loadJsonContent('vm-deploy.json').properties }
  { name: 'boot-integrity-vm-other', properties: loadJsonContent('vm-other.json').properties }
  { name: 'boot-integrity-vmss-audit', properties: loadJsonContent('vmss-audit.json').properties }
  { name: 'boot-integrity-vmss-deploy', properties: loadJsonContent('vmss-deploy.json').properties }
  { name: 'boot-integrity-vmss-other', properties: loadJsonContent('vmss-other.json').properties }
]

var parametersOf = {
  audit: {
    publisher: { value: '[parameters(\'publisher\')]' }
  }
  deploy: {
    effect: { value: '[parameters(\'deployEffect\')]' }
    settings: { value: '[parameters(\'settings\')]' }
    publisher: { value: '[parameters(\'publisher\')]' }
    version: { value: '[parameters(\'version\')]' }
    autoUpgradeMinorVersion: { value: '[parameters(\'autoUpgradeMinorVersion\')]' }
    keyVaultId: { value: '[parameters(\'keyVaultId\')]' }
    secretUrl: { value: '[parameters(\'secretUrl\')]' }
    enableAutomaticUpgrade: { value: '[parameters(\'enableAutomaticUpgrade\')]' }
  }
  other: {
    effect: { value: '[parameters(\'otherEffect\')]' }
  }
}

resource policies 'Microsoft.Authorization/policyDefinitions@2021-06-01' = [for definition in definitions: {
  name: definition.name
  properties: definition.properties
}]

resource initiative 'Microsoft.Authorization/policySetDefinitions@2021-06-01' = {
  name: 'boot-integrity'
  properties: {
    displayName: 'Boot integrity monitoring on Linux VMs and scale sets'
    metadata: { category: 'Trusted Launch', version: '1.0.0' }
    parameters: {
      deployEffect: { type: 'String', allowedValues: ['DeployIfNotExists', 'Disabled'], defaultValue: 'DeployIfNotExists' }
      otherEffect: { type: 'String', allowedValues: ['Audit', 'Deny', 'Disabled'], defaultValue: 'Audit' }
      settings: { type: 'Object', defaultValue: {} }
      publisher: { type: 'String', defaultValue: 'BootIntegrity.LinuxAttestation' }
      version: { type: 'String', defaultValue: '1.0' }
      autoUpgradeMinorVersion: { type: 'Boolean', defaultValue: true }
      keyVaultId: { type: 'String', defaultValue: '' }
      secretUrl: { type: 'String', defaultValue: '' }
      enableAutomaticUpgrade: { type: 'Boolean', defaultValue: false }
    }
    policyDefinitions: [for (definition, index) in definitions: {
      policyDefinitionId: policies[index].id
      policyDefinitionReferenceId: definition.name
      parameters: parametersOf[last(split(definition.name, '-'))]
    }]
  }
}

resource assignment 'Microsoft.Authorization/policyAssignments@2022-06-01' = {
  name: 'boot-integrity'
  location: location
  identity: { type: 'SystemAssigned' }
  properties: {
    displayName: 'Boot integrity monitoring on Linux VMs and scale sets'
    policyDefinitionId: initiative.id
    parameters: {
      deployEffect: { value: auditOnly ? 'Disabled' : 'DeployIfNotExists' }
      otherEffect: { value: otherEffect }
      settings: { value: settings }
      publisher: { value: publisher }
      version: { value: version }
      autoUpgradeMinorVersion: { value: autoUpgradeMinorVersion }
      keyVaultId: { value: keyVaultId }
      secretUrl: { value: secretUrl }
      enableAutomaticUpgrade: { value: enableAutomaticUpgrade }
    }
  }
}

// Virtual Machine Contributor
resource role 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(subscription().id, assignment.name, 'virtual-machine-contributor')
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '9980e02c-c2be-4d73-94e8-173b1dc7cf3c')
    principalId: assignment.identity.principalId
    principalType: 'ServicePrincipal'
  }
}

resource remediations 'Microsoft.PolicyInsights/remediations@2021-10-01' = [for name in ['boot-integrity-vm-deploy', 'boot-integrity-vmss-deploy']: if (!auditOnly) {
  name: '${name}-${run}'
  properties: {
    policyAssignmentId: assignment.id
    policyDefinitionReferenceId: name
    resourceDiscoveryMode: 'ReEvaluateCompliance'
    failureThreshold: { percentage: json(failureThreshold) }
    parallelDeployments: parallelDeployments
  }
  dependsOn: [role]
}]
