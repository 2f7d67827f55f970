/* explain_table.h - what each code means, with its usual causes, and a message as it is shown. What
 * to do is the remedy in lib/base/err_table.h.
 *
 * X(enum, meaning, example)
 */
#ifndef HANDLER_EXPLAIN_TABLE_H
#define HANDLER_EXPLAIN_TABLE_H

/* clang-format off */
#define EXPLAIN_TABLE(X) \
	X(ERR_PLATFORM, "The programs were built for another type of machine than this one.", "Machine type 'riscv64' is not supported.") \
	X(ERR_NO_UEFI, "The VM was started by BIOS, so nothing measured its boot: a generation 1 VM, or a container that does not see the firmware.", "This VM was not started by UEFI firmware: /sys/firmware/efi is absent.") \
	X(ERR_NO_VTPM, "The VM has no virtual TPM: its security type is Standard, or vTPM is switched off.", "This VM has no virtual TPM: /dev/tpmrm0 and /dev/tpm0 are absent.") \
	X(ERR_SECURE_BOOT_OFF, "The firmware started programs without checking their signatures. Usual causes: Secure Boot is off in the VM's configuration, or somebody switched it off.", "Secure Boot is off: the firmware's variable SecureBoot is 0.") \
	X(ERR_NO_AK, "The TPM does not hold the key by which the platform lets a VM sign its state. Usual causes: the VM is not a Trusted Launch VM, or its vTPM was cleared.", "The vTPM has no attestation key at 0x81000003.") \
	X(ERR_NO_AK_CERT, "The TPM does not hold the platform's certificate of the attestation key. Usual causes: the VM is not a Trusted Launch VM, or its vTPM was cleared.", "The vTPM has no certificate of the attestation key (NV index 0x01C101D0).") \
	X(ERR_AK_CERT_PENDING, "The VM is new: the platform has not yet written the certificate of its attestation key.", "The attestation key's certificate is still empty in the vTPM.") \
	X(ERR_NO_EVENT_LOG, "The kernel did not receive the firmware's event log, or does not show it. Usual causes: a boot loader that passes the EFI stub by, securityfs that is not mounted, or a kernel without the TPM's driver built in.", "The boot's event log is absent: /sys/kernel/security/tpm0/binary_bios_measurements.") \
	X(ERR_EVENT_LOG_EMPTY, "The kernel shows an event log that lists nothing. Usual cause: boot loader and kernel did not hand it over.", "The event log has a header but no events.") \
	X(ERR_EVENT_LOG_UNREADABLE, "The event log is there and cannot be read. Usual causes: not root, mandatory access control, or kernel lockdown.", "The boot's event log /sys/kernel/security/tpm0/binary_bios_measurements cannot be opened: Permission denied.") \
	X(ERR_TPM_HIERARCHY, "A hierarchy of the TPM that an attestation needs is switched off until the next start.", "The TPM's endorsement hierarchy is switched off.") \
	X(ERR_TPM_BANK, "The TPM measures with other digests than SHA-256 only, so there is nothing to quote.", "The TPM has no SHA-256 bank of PCRs.") \
	X(ERR_SETTINGS_INVALID, "The extension's settings cannot be used: a member has a wrong type or value, is misspelt, or two contradict.", "Setting 'disableAlerts' is neither true nor false.") \
	X(ERR_ENDPOINT_INVALID, "The address of the provider is not that of an HTTPS server.", "maaEndpoint holds a user name or password, which no provider takes.") \
	X(ERR_CA_FILE, "The file of certificate authorities cannot be used: it is absent, empty, unreadable, or not PEM.", "extraCaFile '/etc/ssl/company.pem': It is empty.") \
	X(ERR_ENVIRONMENT_INVALID, "HandlerEnvironment.json, by which the guest agent shows where its folders are, is absent or damaged. Usual cause: the program was not started by the guest agent.", "HandlerEnvironment.json has 0 bytes.") \
	X(ERR_PROTECTED_SETTINGS, "The protected settings could not be decrypted. Usual causes: they were encrypted for another VM's certificate (a clone), or the agent's key is gone.", "The protected settings are no JSON object.") \
	X(ERR_REGION_UNKNOWN, "No provider was set, and none is known in the VM's region.", "No shared attestation provider is known in the region 'exampleland' of AzurePublicCloud.") \
	X(ERR_RULES_INVALID, "The setting 'rules', which decides what a changed boot means, cannot be used.", "Setting 'rules' has no class 'kernal'.") \
	X(ERR_TPM_OPEN, "The TPM's device cannot be opened. Usual causes: not root, another program that holds /dev/tpm0, or a device that is not there yet.", "TPM 'device:/dev/tpmrm0' cannot be opened: Permission denied.") \
	X(ERR_TPM_FAILED, "The TPM answered a command with an error.", "TPM2_Quote failed: tpm:parameter(1):the handle is not correct for the use.") \
	X(ERR_TPM_ANSWER, "The TPM's answer does not follow its specification, so nothing can be concluded from it.", "TPM sent a public area of a wrong size.") \
	X(ERR_PCR_CHANGED, "PCRs changed between quote and key: something measures while the VM attests.", "The TPM's PCRs 0 to 7 changed while they were quoted.") \
	X(ERR_AK_CERT_INVALID, "The certificate in the TPM is not one of an attestation key, or not of this one. Usual cause: provisioning that went wrong.", "Certificate 'CN=vm' is not for signing by an end entity.") \
	X(ERR_EVENT_LOG_MALFORMED, "The event log cannot be read to its end: its bytes do not follow the TCG's format. Usual causes: firmware or boot loader with a fault, or an altered file.", "The event log has no SHA-256 digests.") \
	X(ERR_TPM_SILENT, "The TPM took a command and did not answer in time.", "The TPM did not answer within 30 s.") \
	X(ERR_AK_CERT_ENDS, "The attestation key's certificate ends within 30 days. The platform renews it when it is read, which each attestation does, and has not done so yet.", "The attestation key's certificate, issued by CN=ca, is valid for 20 more days only.") \
	X(ERR_PCR_BEYOND_LOG, "A PCR holds more than the event log shows: something was measured after the boot's log ended. Usual causes: a client for attestation or disk encryption, or somebody who hides what was started.", "PCR 4 was extended after the last event of the log.") \
	X(ERR_VM_ID_DIFFERS, "Firmware and metadata service disagree about which VM this is. Usual causes: a redirected metadata address, or a VM that was started from another's saved state.", "The firmware measured this VM's identifier as 02ad... (PCR 6), but the metadata service says 77c1....") \
	X(ERR_AK_CERT_NOT_RENEWED, "The attestation key's certificate ends within 30 days, and neither the platform renewed it nor could the service: the metadata service gave none, the provider does not accept the new one, or the TPM does not let it be written. The old certificate stays.", "NV index 0x01C101D0 is the platform's, and too small for the new certificate: only the platform can replace the certificate.") \
	X(ERR_DNS, "The provider's name could not be resolved, and it is not known why.", "shareduks.uks.attest.azure.net: the name was not resolved.") \
	X(ERR_CONNECT_REFUSED, "The address was reached, and refused the connection. Usual causes: a firewall that rejects, or nothing that listens there.", "shareduks.uks.attest.azure.net:443 (20.50.0.1, public): the connection was refused.") \
	X(ERR_CONNECT_TIMEOUT, "Connection requests to the address are lost. Usual causes: a network security group, firewall or route table that drops them.", "shareduks.uks.attest.azure.net:443 (20.50.0.1, public): no answer to TCP connection requests, after 2.9 s.") \
	X(ERR_CONNECTION_LOST, "The connection ended before the answer. Usual causes: a firewall that looks into connections, or packets that are too large for the way (MTU).", "shareduks.uks.attest.azure.net:443: the connection ended without an answer.") \
	X(ERR_TLS_UNTRUSTED, "An authority that this VM does not trust issued the server's certificate. Usual cause: TLS inspection on the way.", "shareduks.uks.attest.azure.net: its certificate is not trusted: issued by 'CN=Company Proxy CA'.") \
	X(ERR_TLS_FAILED, "No TLS connection came about. Usual causes: a firewall that allows by name, or a server that does not speak TLS.", "shareduks.uks.attest.azure.net: the TLS handshake failed.") \
	X(ERR_HTTP_TIMEOUT, "The request was sent and nothing came back in time.", "shareduks.uks.attest.azure.net: no answer within 30 s.") \
	X(ERR_ANSWER_TOO_LARGE, "The answer is larger than any provider's. Usual cause: something else answers.", "shareduks.uks.attest.azure.net: more than 1048576 bytes.") \
	X(ERR_PROXY, "The proxy cannot be used, or did not answer as one.", "proxy.example:3128: the proxy's answer to CONNECT was not complete.") \
	X(ERR_HTTP_FAILED, "The exchange failed in a way that has no code of its own.", "shareduks.uks.attest.azure.net: the exchange failed.") \
	X(ERR_UNREACHABLE, "There is no way to the address. Usual causes: no route, an interface that is down, or a router that says so.", "shareduks.uks.attest.azure.net:443 (20.50.0.1, public): there is no way to the address.") \
	X(ERR_METADATA, "The metadata service, which tells the VM's region, was not reached. Usual causes: a firewall or route on the VM, or a machine that is not on Azure.", "Metadata service: no connection to 169.254.169.254.") \
	X(ERR_METADATA_INVALID, "The metadata service answered, and the answer lacks what is needed.", "Metadata service: 'location' is missing.") \
	X(ERR_DNS_NO_NAME, "A DNS server answered that the name does not exist. Usual causes: a misspelt endpoint, a provider that was deleted, or a private endpoint whose zone is not linked to the network.", "myprovider.uks.attest.azure.net does not exist (DNS server 168.63.129.16).") \
	X(ERR_DNS_FAILED, "The DNS server answered that it could not find out. Usual causes: its forwarder is down, or it may not reach others.", "shareduks.uks.attest.azure.net was not resolved (DNS server 10.0.0.4: SERVFAIL).") \
	X(ERR_DNS_SILENT, "The DNS server does not answer. Usual causes: a firewall that drops UDP and TCP 53, or a wrong server in /etc/resolv.conf.", "shareduks.uks.attest.azure.net was not resolved (DNS server 10.0.0.4 is silent).") \
	X(ERR_TLS_CUT, "The connection was opened and cut when the server's name was sent: what a firewall does that allows by name and does not know this one.", "shareduks.uks.attest.azure.net:443: the connection was reset right after the TLS ClientHello.") \
	X(ERR_FIREWALL_DENIED, "The Azure Firewall answered in the provider's place that no rule allows the name.", "shareduks.uks.attest.azure.net: Action: Deny. Reason: No rule matched. Proceeding with default action.") \
	X(ERR_PROXY_AUTH, "The proxy wants a user and password, or refused those that it got.", "proxy.example:3128: the proxy takes only NTLM, and nothing but Basic and Digest is possible here (407).") \
	X(ERR_PROXY_DENIED, "The proxy refuses to connect to the provider.", "proxy.example:3128: the proxy denies CONNECT to shareduks.uks.attest.azure.net:443 (403).") \
	X(ERR_PROXY_NAME, "The proxy's own name could not be resolved.", "proxy.example: the proxy's name was not resolved.") \
	X(ERR_PROXY_UNREACHABLE, "The proxy was not reached. Usual causes: a wrong port, a firewall between, or a proxy that is down.", "proxy.example:3128: no connection to the proxy.") \
	X(ERR_CERT_EXPIRED, "The server's certificate ended. Usual causes: the VM's clock is wrong, or nobody renewed it.", "shareduks.uks.attest.azure.net: its certificate expired at 2026-01-31T12:00:00Z.") \
	X(ERR_CERT_NOT_YET, "The server's certificate begins in the future. Usual cause: the VM's clock is wrong.", "shareduks.uks.attest.azure.net: its certificate is not yet valid: it begins at 2026-01-31T12:00:00Z.") \
	X(ERR_CERT_NAME, "The server showed a certificate of another name. Usual causes: DNS leads to another server, or a filter answers.", "shareduks.uks.attest.azure.net: its certificate is for 'filter.example', by 'CN=Filter CA'.") \
	X(ERR_BLOCK_PAGE, "A page for people came in the provider's place. Usual causes: a filter that blocks, or a portal to sign in at.", "shareduks.uks.attest.azure.net: answered a page, 'Access denied'.") \
	X(ERR_ANSWER_SLOW, "The answer began and was not complete in time. Usual causes: a limit of bandwidth, or losses on the way.", "shareduks.uks.attest.azure.net: the answer began and was not complete within 30 s.") \
	X(ERR_ANSWER_CUT, "The connection ended within the answer.", "shareduks.uks.attest.azure.net: the answer was cut off after 1024 bytes.") \
	X(ERR_METADATA_THROTTLED, "The metadata service refuses because this VM sent it too many requests.", "Metadata service: too many requests (429).") \
	X(ERR_METADATA_FOREIGN, "Something else answered at the metadata service's address. Usual cause: a proxy or redirection on the VM.", "Metadata service: 169.254.169.254 answered a page: something else answers in its place.") \
	X(ERR_CONNECT_FORBIDDEN, "The VM itself forbids the connection: its firewall, or a rule of a systemd unit.", "shareduks.uks.attest.azure.net:443: this VM forbids the connection.") \
	X(ERR_PROXY_NO_WAY, "The proxy was reached and found no way to the provider.", "proxy.example:3128: the proxy found no way to shareduks.uks.attest.azure.net:443 (502).") \
	X(ERR_METADATA_REFUSED, "The metadata service refused the request. Usual cause: its Metadata Security Protocol allows only some programs or users.", "Metadata service: refused (403).") \
	X(ERR_METADATA_FAILED, "The metadata service answered that it failed.", "Metadata service: failed (500).") \
	X(ERR_REQUEST_TOO_LARGE, "Something on the way limits the size of requests, and the evidence is larger.", "shareduks.uks.attest.azure.net: the request of 74112 bytes is too large (413).") \
	X(ERR_CERT_WEAK, "A certificate of the server's chain could be forged: its key or signature is too weak.", "shareduks.uks.attest.azure.net: its certificate is not safe: the key of 'CN=Old CA', of 1024 bits, is too weak.") \
	X(ERR_CERT_EXTENSION, "A certificate of the server's chain holds a critical extension that is not judged here.", "shareduks.uks.attest.azure.net: its name constraints cannot be read.") \
	X(ERR_CERT_CONSTRAINED, "An authority of the server's chain may not certify this name.", "shareduks.uks.attest.azure.net: 'shareduks.uks.attest.azure.net' is excluded by its name constraints.") \
	X(ERR_CERT_USE, "A certificate of the server's chain is for another use.", "shareduks.uks.attest.azure.net: its certificate is not for TLS servers: 'CN=mail.example' (extKeyUsage).") \
	X(ERR_CERT_UNREADABLE, "The server's certificates could not be read or put into a chain.", "shareduks.uks.attest.azure.net: the certificates that it shows have more than 64 KiB.") \
	X(ERR_TLS_NO_AGREEMENT, "Server and VM found no cipher, version or type of key that both can do.", "provider.example: the server found nothing that both sides can do (alert 40).") \
	X(ERR_THROTTLED, "The provider has too many requests, of this VM or of all.", "The provider takes no more requests for now (429).") \
	X(ERR_PROVIDER_DOWN, "The provider answered that it cannot serve now.", "The provider is unavailable (503).") \
	X(ERR_PROVIDER_NOT_FOUND, "The server was reached and has no such provider.", "The provider was not found (404).") \
	X(ERR_PROVIDER_FORBIDDEN, "The provider refuses this VM. Usual causes: its public access is off, or its rules do not list this network.", "The provider forbids the request (403).") \
	X(ERR_EVIDENCE_REFUSED, "The provider looked at the evidence and refused it; the message holds its reason.", "The provider refused the evidence (400): the attestation key's certificate is not trusted.") \
	X(ERR_ANSWER_NOT_TOKEN, "The answer is not one of an attestation provider. Usual causes: a wrong endpoint, or a page for people.", "The answer is larger than 1048576 bytes.") \
	X(ERR_ENVELOPE_INVALID, "The answer's outer form cannot be used.", "'iv' holds 3 bytes.") \
	X(ERR_ENVELOPE_DECRYPT, "The answer could not be decrypted: it was altered, or made for another key.", "The encrypted text does not fit its authentication tag.") \
	X(ERR_INNER_KEY, "The answer is encrypted to another TPM's key.", "The answer's key is not encrypted to this TPM's key.") \
	X(ERR_TOKEN_MALFORMED, "The token is not a signed one.", "The token's payload is not a JSON object.") \
	X(ERR_TOKEN_ALGORITHM, "The token is signed in another way than RS256, or not signed.", "The token's algorithm is 'none', not 'RS256'.") \
	X(ERR_TOKEN_KEY_UNKNOWN, "The token is signed by a key that the provider does not publish. Usual causes: keys that were just renewed, or a forgery.", "The provider does not publish the token's key 'abc'.") \
	X(ERR_TOKEN_JKU, "The token names an address of keys that is not the provider's.", "The token's keys are said to be at 'https://other.example/certs', not at 'https://provider.example/certs'.") \
	X(ERR_TOKEN_SIGNATURE, "The token's signature is wrong: it was altered or forged.", "The token's signature does not fit the key 'abc'.") \
	X(ERR_TOKEN_ISSUER, "Another provider than the configured one issued the token.", "The token was issued by 'https://other.example', not by 'https://provider.example'.") \
	X(ERR_TOKEN_EXPIRED, "The token had ended when it came. Usual cause: the VM's clock is ahead.", "The token was valid until 2026-01-31T12:00:00Z, and it is 2026-01-31T20:00:00Z here.") \
	X(ERR_TOKEN_NOT_YET, "The token begins in the future. Usual cause: the VM's clock is behind.", "The token is valid from 2026-01-31T12:00:00Z, and it is 2026-01-31T04:00:00Z here.") \
	X(ERR_TOKEN_TYPE, "The token is about something else than a VM's boot.", "The token's attestation type is 'sgx', not 'azurevm'.") \
	X(ERR_TOKEN_NONCE, "The token answers another request than this one.", "The token repeats another nonce than was sent.") \
	X(ERR_TOKEN_BINDING, "The token is about another VM's key.", "The token is about another encryption key than ours.") \
	X(ERR_TOKEN_CLAIMS, "The token does not say what a verdict needs. Usual cause: a policy of the provider that leaves claims out.", "The token has no claim 'secureboot'.") \
	X(ERR_KEYS_INVALID, "The provider's list of signing keys cannot be used.", "No usable RSA key among the 2 of the set.") \
	X(ERR_NOT_A_PROVIDER, "The server at the endpoint is there, and is no attestation provider.", "https://www.example answers as another service than an attestation provider.") \
	X(ERR_CLAIMS_CONTRADICT, "A bundle's claims are not about the evidence beside them.", "The claims attest the PCRs 0x0000FF, but the quote covers 0x00007F.") \
	X(ERR_TOKEN_CONTRADICTS, "A bundle's claims are not those of the signed token in it.", "The bundle's claims are not those of the token in it.") \
	X(ERR_POLICY_DENIED, "The provider's policy does not accept this boot.", "The provider's policy denies this VM.") \
	X(ERR_CLAIM_FALSE, "The provider states that something of this boot is not as it must be.", "The provider's claim 'secureboot' is false.") \
	X(ERR_LOG_MISMATCH, "The event log does not lead to the values in the TPM: what started is not what the log lists. Usual causes: a log that ends early, a faulty boot loader, or somebody who hides what was started.", "The event log leads to another value of PCR 4 than the TPM holds.") \
	X(ERR_LOG_DATA_MISMATCH, "An event's data was not what was measured: the log was altered after the boot.", "Event 12 of the event log (EV_EFI_VARIABLE_DRIVER_CONFIG in PCR 7) does not hold the data that was measured.") \
	X(ERR_QUOTE_INVALID, "The TPM's signed statement does not fit: other PCRs, another nonce, or a wrong signature.", "Quote covers the PCRs 0x00007F instead of those given, 0x0000FF.") \
	X(ERR_KEY_INVALID, "The key that the answer is encrypted to is not bound to this TPM and boot.", "Encryption key is not RSA-2048 (1024 bits, exponent 65537).") \
	X(ERR_AK_INVALID, "The key at the attestation key's place could sign what the TPM did not measure.", "Attestation key has the attributes 0x00040472 instead of the platform's 0x00050472.") \
	X(ERR_SECURE_BOOT_LOG, "What the log shows of Secure Boot cannot be true as it stands.", "The variable SecureBoot was measured with a value that is neither 0 nor 1.") \
	X(ERR_FIRMWARE_DEBUG, "The firmware allowed a debugger while it booted.", "This VM's firmware booted in debug mode.") \
	X(ERR_SHIM_LENIENT, "The boot loader shim started programs without verifying them. Usual cause: mokutil --disable-validation.", "The boot loader shim did not verify what it started: its validation is switched off.") \
	X(ERR_AK_CERT_UNTRUSTED, "None of the given authorities vouches for the attestation key. Usual causes: authorities of another platform, or made-up evidence.", "No given authority issued the attestation key's certificate.") \
	X(ERR_LOG_NOT_MEASURED, "The log lists events that the TPM did not measure: they were added after the boot.", "The event log shows 2 events of PCR 4 that the TPM did not measure.") \
	X(ERR_SECURE_BOOT_DIFFERS, "The system shows another state of Secure Boot than the one that was measured.", "This VM booted with Secure Boot off, as PCR 7 proves, but its system shows it as on.") \
	X(ERR_CERTIFICATES_2011, "Secure Boot's databases hold Microsoft's certificates of 2011 only, which end in 2026: a boot loader that is signed with those of 2023 will not start.", "Secure Boot's db has no certificate of 2023.") \
	X(ERR_DRIFT_SECURE_BOOT, "Earlier boots had Secure Boot on, and this one has it off.", "Secure Boot was on in all accepted boots, and is off.") \
	X(ERR_DRIFT_KEYS, "A key of Secure Boot (PK, KEK, db) or of shim is new or gone.", "db: 1 certificate more than in the closest accepted boot.") \
	X(ERR_DRIFT_SETTINGS, "Another setting of Secure Boot or shim changed.", "MokSBStateRT differs from the closest accepted boot.") \
	X(ERR_DRIFT_APPLICATION, "Another boot loader, or other program before the kernel, started than in accepted boots, and no update explains it.", "Program \\EFI\\debian\\grubx64.efi differs from the closest accepted boot.") \
	X(ERR_DRIFT_KERNEL, "Another kernel started than in accepted boots, and no installed package explains it.", "Kernel /boot/vmlinuz-6.1.0-28-amd64 is in no accepted boot.") \
	X(ERR_DRIFT_INITRD, "Another initrd was loaded than in accepted boots, and neither an update nor the disk before the restart explains it.", "Initrd /boot/initrd.img-6.1.0-28-amd64 is in no accepted boot.") \
	X(ERR_DRIFT_COMMAND_LINE, "The kernel got other parameters than in accepted boots. Usual causes: an edited entry at the boot menu, or a changed configuration.", "The command line has 'init=/bin/sh' more.") \
	X(ERR_DRIFT_CONFIGURATION, "The boot loader's configuration, or a command of its menu, changed.", "/boot/grub/grub.cfg differs from the closest accepted boot.") \
	X(ERR_DRIFT_FIRMWARE, "The firmware is another one. Usual cause: the platform updated its hosts.", "PCR 0 shows another firmware than accepted boots.") \
	X(ERR_DRIFT_DRIVER, "The firmware started a driver that accepted boots did not have.", "A driver was loaded from a device that is new.") \
	X(ERR_DRIFT_BOOT_ORDER, "The firmware's boot order or an entry of it changed.", "BootOrder differs from the closest accepted boot.") \
	X(ERR_DRIFT_PARTITIONS, "The partition table of the disk that was booted from changed.", "The partition table has 1 partition more.") \
	X(ERR_DRIFT_VM_IDENTITY, "The disk booted in another VM than its accepted boots did.", "The firmware measured another identifier of the VM (PCR 6).") \
	X(ERR_DRIFT_CERTIFICATES, "Secure Boot's certificates were renewed as the firmware's signed updates do it, and no accepted boot had them.", "db and KEK have Microsoft's certificates of 2023 in addition.") \
	X(ERR_INCIDENT, "This VM was Unhealthy, and nobody has closed that incident. The VM may be Healthy again by now.", "Incident 3 is open since 2026-01-31T12:00:00Z: kernel-changed.") \
	X(ERR_NO_MEMORY, "The VM had no memory left for the work.", "No memory for the status.") \
	X(ERR_IO, "A file or folder could not be read or written. Usual causes: a full disk, a read-only file system, or not root.", "'/var/lib/guest-attestation' cannot be looked at: Permission denied.") \
	X(ERR_STATE_INVALID, "A file of the extension's own was damaged. Usual cause: the VM lost power while it was written.", "1 damaged files were set aside in '/var/lib/guest-attestation'.") \
	X(ERR_SERVICE, "The service could not be started or stopped, or does not run.", "'systemctl' cannot be started: No such file or directory.") \
	X(ERR_FORMAT, "A file does not have the format that was expected.", "'bundle.json' is no bundle: it is not JSON.") \
	X(ERR_USAGE, "The words of a command are wrong.", "'--jso' is no option (did you mean '--json'?)") \
	X(ERR_NOT_ENABLED, "The extension is not on this machine, or was disabled or removed.", "The extension is not enabled on this machine: there is no /var/lib/guest-attestation/service.json.") \
	X(ERR_STATE_EXPOSED, "Others than root can write what decides about the VM's health.", "Folder '/var/lib/guest-attestation' is open to other users than root (mode 0777).") \
	X(ERR_ALERT, "The VM's health changed and alertWebhook could not be told.", "The receiver answered 500.") \
	X(ERR_BUNDLE_CONTRADICTS, "What a bundle states is not what the evidence in it proves.", "The bundle's fact 'secureBoot' is not what its evidence proves.") \
	X(ERR_INPUT, "A file that was named on the command line cannot be read.", "'bundle.json' cannot be opened: No such file or directory.") \
	X(ERR_STATE_UNREADABLE, "A file of the extension's own is there and cannot be read. Usual causes: not root, or another kind of file in its place.", "'/var/lib/guest-attestation/baseline.json' cannot be read: Is a directory.") \
	X(ERR_TLS_LIBRARY, "The program was built against libraries of a distribution that do not fit.", "libcurl 8.0 comes with OpenSSL, which is not this program's TLS library.") \
	X(ERR_HUNG, "An attestation did not end. Usual causes: a file system or device that does not answer.", "The attestation that began at 2026-01-31T12:00:00Z did not end within 600 s.") \
	X(ERR_START_FORBIDDEN, "A policy of the VM forbids to start the service's program: fapolicyd, SELinux, or a file system mounted noexec.", "This VM forbids to start '/opt/guest-attestation/1.0.0.0/monitor': look at fapolicyd.") \
	X(ERR_BASELINE_LOST, "The file of accepted boots was damaged, so that this boot could be compared with none.", "The accepted boots were learned anew: they are lost.") \
	X(ERR_NO_BASELINE, "No boot was accepted yet: none was Healthy, or the baseline was forgotten.", "No boot of this VM is accepted yet.") \
	X(ERR_BASELINE_REFUSED, "A boot that is not Healthy cannot be accepted.", "This boot is not accepted: Secure Boot is off.") \
	X(ERR_CHANGE_UNCLEAR, "The boot changed, and whether an update explains it could not be found out.", "Kernel changed. Whether an update explains it could not be found out: '/var/lib/dpkg/status' cannot be read.") \
	X(ERR_HISTORY_ALTERED, "The file of this VM's history was cut, edited or deleted: its entries do not lead to each other, or those that were written last are gone. Usual causes: somebody who hides a change, or a restored disk.", "Entry 17 of the history does not hold the hash of the one before.") \
	X(ERR_NEXT_BOOT, "With what is on the disks now the VM will not start again. Usual causes: an unsigned kernel, a revoked boot loader, or a file that is missing.", "The next boot fails: shim is revoked by dbx.") \
	X(ERR_INTERNAL, "A fault of this program, or of the machine that it runs on.", "The kernel gave no random bytes: Input/output error.")
/* clang-format on */

#endif
