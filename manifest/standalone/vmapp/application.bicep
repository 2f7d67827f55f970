// One version of the VM application in a compute gallery, out of build/package/guest-attestation-VERSION.tar.gz, uploaded to a storage account.
// az deployment group create --resource-group GROUP --template-file application.bicep --parameters galleryName=NAME version=1.2.3 package=URL

param galleryName string
param location string = resourceGroup().location

@description('Major.Minor.Patch: a VM application has three numbers, the package four. Azure installs the highest one as latest.')
param version string

@description('Address of the archive in a blob, with a SAS that may read it.')
@secure()
param package string

@description('Address of a blob with the settings, which a VM may choose other ones for. Empty: the defaults.')
@secure()
param settings string = ''

@description('Where the VMs are. Each region needs its replica.')
param regions array = [
  resourceGroup().location
]

resource gallery 'Microsoft.Compute/galleries@2023-07-03' existing = {
  name: galleryName
}

resource application 'Microsoft.Compute/galleries/applications@2023-07-03' = {
  parent: gallery
  name: 'guest-attestation'
  location: location
  properties: {
    supportedOSType: 'Linux'
    description: 'Proves what a Trusted Launch VM booted.'
  }
}

resource applicationVersion 'Microsoft.Compute/galleries/applications/versions@2023-07-03' = {
  parent: application
  name: version
  location: location
  properties: {
    publishingProfile: {
      source: union({
        mediaLink: package
      }, empty(settings) ? {} : {
        defaultConfigurationLink: settings
      })
      manageActions: {
        install: loadTextContent('install')
        update: loadTextContent('update')
        remove: loadTextContent('remove')
      }
      settings: {
        packageFileName: 'guest-attestation.tar.gz'
        configFileName: 'settings.json'
      }
      targetRegions: [for region in regions: {
        name: region
      }]
    }
  }
}
