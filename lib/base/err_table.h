/* err_table.h - the table of all codes. `make lint` checks README.md's table against it.
 *
 * X(enum, number, name, kind, place, weight, retry, exit, remedy)
 * - number and name never change, since portals, queries and runbooks contain them. 302 was used
 *   once and stays unused.
 * - kind, place, retry: see err.h
 * - weight: AGAINST the VM (the verdict is Unhealthy), or NEUTRAL (the verdict is Unknown)
 * - exit: 51 unsupported platform, 52 precondition missing, 53 bad settings (the platform counts
 *   these as the customer's configuration), 64 wrong usage of a command, 1 otherwise
 *
 * All that programs derive from a code stands here only: `make lint` refuses a list of codes in a
 * function.
 */
#ifndef BASE_ERR_TABLE_H
#define BASE_ERR_TABLE_H

/* clang-format off */
#define ERR_TABLE(X) \
	X(ERR_PLATFORM,              101, "unsupported-platform",              PLATFORM,     VM,        NEUTRAL, NEVER, 51, "Use a Linux VM on x86-64 or ARM64.") \
	X(ERR_NO_UEFI,               201, "no-uefi",                           PRECONDITION, VM,        NEUTRAL, NEVER, 52, "Use a generation 2 VM with security type Trusted Launch; a VM that boots by BIOS cannot prove its boot.") \
	X(ERR_NO_VTPM,               202, "no-vtpm",                           PRECONDITION, VM,        NEUTRAL, NEVER, 52, "Stop the VM, enable vTPM under Configuration > Security type, and start it again.") \
	X(ERR_SECURE_BOOT_OFF,       203, "secure-boot-off",                   PRECONDITION, VM,        AGAINST, NEVER, 52, "Stop the VM, enable Secure Boot under Configuration > Security type, and start it again.") \
	X(ERR_NO_AK,                 204, "no-attestation-key",                PRECONDITION, VM,        NEUTRAL, NEVER, 52, "Check that the VM's security type is Trusted Launch, then stop (deallocate) and start it so that the platform provisions its vTPM.") \
	X(ERR_NO_AK_CERT,            205, "no-ak-certificate",                 PRECONDITION, VM,        NEUTRAL, LATER, 52, "Check that the VM's security type is Trusted Launch, then stop (deallocate) and start it so that the platform provisions its vTPM.") \
	X(ERR_AK_CERT_PENDING,       206, "ak-certificate-pending",            PRECONDITION, VM,        NEUTRAL, LATER, 52, "Wait: the platform issues the certificate within hours of the VM's creation, and attestation is retried by itself.") \
	X(ERR_NO_EVENT_LOG,          207, "no-event-log",                      PRECONDITION, VM,        NEUTRAL, NEVER, 52, "Boot the kernel through its EFI stub (the default of signed boot loaders) and keep securityfs mounted.") \
	X(ERR_EVENT_LOG_EMPTY,       208, "event-log-empty",                   PRECONDITION, VM,        NEUTRAL, NEVER, 52, "Restart the VM; if the log stays empty, update the boot loader and the kernel.") \
	X(ERR_EVENT_LOG_UNREADABLE,  209, "event-log-unreadable",              PRECONDITION, VM,        NEUTRAL, LATER, 52, "Allow root to read the file (check mandatory access control and lockdown rules).") \
	X(ERR_SETTINGS_INVALID,      301, "settings-invalid",                  SETTINGS,     VM,        NEUTRAL, NEVER, 53, "Correct the extension's settings as the README shows and deploy them again.") \
	X(ERR_ENDPOINT_INVALID,      303, "endpoint-invalid",                  SETTINGS,     VM,        NEUTRAL, NEVER, 53, "Give the provider's address as https://host or https://host:port.") \
	X(ERR_CA_FILE,               304, "ca-file-unusable",                  SETTINGS,     VM,        NEUTRAL, NEVER, 53, "Point caFile or extraCaFile (by hand: the option named) to a readable PEM file of authorities.") \
	X(ERR_ENVIRONMENT_INVALID,   305, "handler-environment-invalid",       SETTINGS,     VM,        NEUTRAL, NEVER, 53, "Restart the guest agent (walinuxagent) so that it writes HandlerEnvironment.json again.") \
	X(ERR_PROTECTED_SETTINGS,    306, "protected-settings-unreadable",     SETTINGS,     VM,        NEUTRAL, NEVER, 53, "Deploy the protected settings again, so that they are encrypted for this VM's certificate; check that the guest agent keeps its key.") \
	X(ERR_REGION_UNKNOWN,        307, "region-without-provider",           SETTINGS,     CHOICE,    NEUTRAL, NEVER, 53, "Set maaEndpoint or fallbackEndpoint to an attestation provider's https:// address, or what else the message names.") \
	X(ERR_RULES_INVALID,         308, "rules-invalid",                     SETTINGS,     VM,        NEUTRAL, NEVER, 53, "Correct the member 'rules' of the extension's settings as the README shows and deploy them again.") \
	X(ERR_TPM_OPEN,              401, "tpm-unavailable",                   TPM,          VM,        NEUTRAL, LATER, 1,  "Check that the TPM device exists and that no other program holds it for itself; it is retried by itself.") \
	X(ERR_TPM_FAILED,            402, "tpm-failed",                        TPM,          VM,        NEUTRAL, LATER, 1,  "It is retried by itself; if it persists, stop (deallocate) and start the VM.") \
	X(ERR_TPM_ANSWER,            403, "tpm-answer-invalid",                TPM,          VM,        NEUTRAL, LATER, 1,  "It is retried by itself; if it persists, stop (deallocate) and start the VM and report it.") \
	X(ERR_PCR_CHANGED,           404, "pcr-changed",                       TPM,          VM,        NEUTRAL, LATER, 1,  "Something extended the PCRs during attestation; it is retried by itself.") \
	X(ERR_AK_CERT_INVALID,       405, "ak-certificate-invalid",            TPM,          VM,        NEUTRAL, LATER, 1,  "Stop (deallocate) and start the VM so that the platform provisions its vTPM again.") \
	X(ERR_EVENT_LOG_MALFORMED,   406, "event-log-malformed",               TPM,          VM,        NEUTRAL, NEVER, 1,  "Restart the VM; if it persists, report it with the log file.") \
	X(ERR_TPM_SILENT,            407, "tpm-silent",                        TPM,          VM,        NEUTRAL, LATER, 1,  "Restart the VM, and if its TPM stays silent stop (deallocate) and start it; it is retried by itself.") \
	X(ERR_PCR_BEYOND_LOG,        410, "pcr-beyond-log",                    TPM,          VM,        NEUTRAL, LATER, 1,  "Find out what extends this PCR after the boot (an attestation or disk encryption client of your own); if nothing does, treat the VM as tampered with.") \
	X(ERR_VM_ID_DIFFERS,         411, "vm-id-differs",                     TPM,          VM,        NEUTRAL, LATER, 1,  "Check what answers at 169.254.169.254, and whether the VM was started from another one's saved state; restart it and compare.") \
	X(ERR_DNS,                   501, "dns-failed",                        NETWORK,      NAME,      NEUTRAL, LATER, 1,  "Check the endpoint's spelling and the VM's DNS; behind a private endpoint link the zone privatelink.attest.azure.net.") \
	X(ERR_CONNECT_REFUSED,       502, "connection-refused",                NETWORK,      WAY,       NEUTRAL, SOON,  1,  "Allow outbound TCP 443 to the endpoint; on Azure: service tag AzureAttestation in the NSG or firewall, or the private endpoint if the address is private.") \
	X(ERR_CONNECT_TIMEOUT,       503, "connection-timeout",                NETWORK,      WAY,       NEUTRAL, LATER, 1,  "Allow outbound TCP 443 to the endpoint; on Azure: service tag AzureAttestation in the NSG, firewall or route table, or the private endpoint if the address is private.") \
	X(ERR_CONNECTION_LOST,       504, "connection-lost",                   NETWORK,      NO_ANSWER, NEUTRAL, SOON,  1,  "It is retried by itself; if it persists, allow the endpoint's name (FQDN) in the firewall for HTTPS, and check that large packets get through (MTU).") \
	X(ERR_TLS_UNTRUSTED,         505, "tls-untrusted",                     NETWORK,      WAY,       NEUTRAL, LATER, 1,  "Exempt the endpoint from TLS inspection, or name the CA that signs it: in the setting extraCaFile, by hand with --extra-ca-file.") \
	X(ERR_TLS_FAILED,            506, "tls-failed",                        NETWORK,      WAY,       NEUTRAL, SOON,  1,  "Allow the endpoint's name (FQDN) in the firewall and check that it speaks TLS 1.2 or later.") \
	X(ERR_HTTP_TIMEOUT,          507, "answer-timeout",                    NETWORK,      NO_ANSWER, NEUTRAL, LATER, 1,  "It is retried by itself; if it persists, check the path to the provider and the provider's health.") \
	X(ERR_ANSWER_TOO_LARGE,      508, "answer-too-large",                  NETWORK,      STRANGER,  NEUTRAL, LATER, 1,  "Check that the endpoint is an attestation provider and that no proxy answers in its place.") \
	X(ERR_PROXY,                 509, "proxy-failed",                      NETWORK,      WAY,       NEUTRAL, SOON,  1,  "Correct the proxy's address and credentials, and allow the endpoint on the proxy.") \
	X(ERR_HTTP_FAILED,           510, "http-failed",                       NETWORK,      NO_ANSWER, NEUTRAL, SOON,  1,  "It is retried by itself; check the path to the provider.") \
	X(ERR_UNREACHABLE,           511, "network-unreachable",               NETWORK,      WAY,       NEUTRAL, SOON,  1,  "Check the VM's network interface and routes, and the firewalls on the way: outbound TCP 443 to the endpoint needs a way out.") \
	X(ERR_METADATA,              512, "metadata-unreachable",              NETWORK,      CHOICE,    NEUTRAL, LATER, 1,  "Allow the VM to reach 169.254.169.254 on TCP 80, or set maaEndpoint in the extension's settings; it is retried by itself.") \
	X(ERR_METADATA_INVALID,      513, "metadata-invalid",                  NETWORK,      CHOICE,    NEUTRAL, SOON,  1,  "Set maaEndpoint in the extension's settings; it is retried by itself.") \
	X(ERR_DNS_NO_NAME,           514, "dns-name-not-found",                NETWORK,      NAME,      NEUTRAL, SOON,  1,  "Check the endpoint's spelling and that its provider still exists; behind a private endpoint link the zone privatelink.attest.azure.net, with a record of the provider.") \
	X(ERR_DNS_FAILED,            515, "dns-server-failed",                 NETWORK,      NAME,      NEUTRAL, SOON,  1,  "Repair the DNS server that the message names, or its forwarding (on Azure to 168.63.129.16); it is retried by itself.") \
	X(ERR_DNS_SILENT,            516, "dns-server-silent",                 NETWORK,      NAME,      NEUTRAL, SOON,  1,  "Allow the VM to reach its DNS server on UDP and TCP 53, or correct the server in /etc/resolv.conf.") \
	X(ERR_TLS_CUT,               517, "tls-handshake-cut",                 NETWORK,      WAY,       NEUTRAL, LATER, 1,  "Add an application rule to the firewall: target FQDN = the endpoint's host, port 443, protocol Https; it is retried by itself.") \
	X(ERR_FIREWALL_DENIED,       518, "firewall-denied",                   NETWORK,      STRANGER,  NEUTRAL, LATER, 1,  "Add an application rule to the Azure Firewall: target FQDN = the endpoint's host, port 443, protocol Https.") \
	X(ERR_PROXY_AUTH,            519, "proxy-authentication",              NETWORK,      WAY,       NEUTRAL, LATER, 1,  "Give the proxy's user and password in the protected settings, if it takes Basic or Digest; else let it pass the endpoint's host without them.") \
	X(ERR_PROXY_DENIED,          520, "proxy-denied",                      NETWORK,      WAY,       NEUTRAL, LATER, 1,  "Allow CONNECT to the endpoint's host and port 443 on the proxy.") \
	X(ERR_PROXY_NAME,            521, "proxy-name-not-resolved",           NETWORK,      NAME,      NEUTRAL, SOON,  1,  "Correct the proxy's name where the message says that it was given, or the VM's DNS.") \
	X(ERR_PROXY_UNREACHABLE,     522, "proxy-unreachable",                 NETWORK,      WAY,       NEUTRAL, SOON,  1,  "Correct the proxy's address and port where the message says that they were given, or allow the VM to reach it.") \
	X(ERR_CERT_EXPIRED,          523, "certificate-expired",               NETWORK,      WAY,       NEUTRAL, LATER, 1,  "Set the VM's clock right if the message shows it wrong (time synchronisation); else have the endpoint's certificate renewed.") \
	X(ERR_CERT_NOT_YET,          524, "certificate-not-yet-valid",         NETWORK,      WAY,       NEUTRAL, LATER, 1,  "Set the VM's clock right if the message shows it wrong (time synchronisation); else have the endpoint's certificate corrected.") \
	X(ERR_CERT_NAME,             525, "certificate-other-name",            NETWORK,      WAY,       NEUTRAL, LATER, 1,  "Check the endpoint's spelling and which server its name leads to: the certificate is that of another one.") \
	X(ERR_BLOCK_PAGE,            526, "block-page",                        NETWORK,      STRANGER,  NEUTRAL, LATER, 1,  "Allow the endpoint's host (FQDN) on the proxy, filter or sign-in portal that answers in the provider's place.") \
	X(ERR_ANSWER_SLOW,           527, "answer-too-slow",                   NETWORK,      NO_ANSWER, NEUTRAL, LATER, 1,  "It is retried by itself; if it persists, check the path to the provider for limits and losses.") \
	X(ERR_ANSWER_CUT,            528, "answer-cut-off",                    NETWORK,      NO_ANSWER, NEUTRAL, SOON,  1,  "It is retried by itself; if it persists, check the path to the provider for devices that end connections.") \
	X(ERR_METADATA_THROTTLED,    529, "metadata-throttled",                NETWORK,      CHOICE,    NEUTRAL, SOON,  1,  "Find what else on the VM asks 169.254.169.254 so often, or set maaEndpoint in the extension's settings; it is retried by itself.") \
	X(ERR_METADATA_FOREIGN,      530, "metadata-foreign-answer",           NETWORK,      CHOICE,    NEUTRAL, LATER, 1,  "Let requests to 169.254.169.254 go past every proxy and redirection on the VM, or set maaEndpoint in the extension's settings.") \
	X(ERR_CONNECT_FORBIDDEN,     531, "connection-forbidden",              NETWORK,      WAY,       NEUTRAL, LATER, 1,  "Allow the connection in this VM's own rules: its firewall, or IPAddressDeny= and the like of a systemd unit.") \
	X(ERR_PROXY_NO_WAY,          532, "proxy-found-no-way",                NETWORK,      WAY,       NEUTRAL, SOON,  1,  "Let the proxy resolve the endpoint's name and reach it on TCP 443; if a filter of the proxy answers like that, allow the endpoint's host there.") \
	X(ERR_METADATA_REFUSED,      533, "metadata-refused",                  NETWORK,      CHOICE,    NEUTRAL, LATER, 1,  "Let root's requests pass in the VM's Metadata Security Protocol settings or whatever else guards 169.254.169.254, or set maaEndpoint in the extension's settings.") \
	X(ERR_METADATA_FAILED,       534, "metadata-failed",                   NETWORK,      CHOICE,    NEUTRAL, SOON,  1,  "It is retried by itself; if it persists, restart the VM, or set maaEndpoint in the extension's settings.") \
	X(ERR_REQUEST_TOO_LARGE,     535, "request-too-large",                 NETWORK,      STRANGER,  NEUTRAL, LATER, 1,  "Raise the limit on the size of requests in the gateway, proxy or filter that answers; the message shows how large this one is.") \
	X(ERR_CERT_WEAK,             541, "certificate-too-weak",              NETWORK,      WAY,       NEUTRAL, LATER, 1,  "Have the certificate that the message names issued again: RSA of 2048 bits or more, P-256, P-384 or P-521, signed with SHA-256 or better.") \
	X(ERR_CERT_EXTENSION,        542, "certificate-not-judged",            NETWORK,      WAY,       NEUTRAL, LATER, 1,  "Have the certificate that the message names issued without this extension being critical, or exempt the endpoint from TLS inspection.") \
	X(ERR_CERT_CONSTRAINED,      543, "certificate-outside-constraints",   NETWORK,      WAY,       NEUTRAL, LATER, 1,  "Exempt the endpoint from TLS inspection, or have the authority that the message names allowed to certify this host (nameConstraints).") \
	X(ERR_CERT_USE,              544, "certificate-wrong-use",             NETWORK,      WAY,       NEUTRAL, LATER, 1,  "Have the certificate that the message names issued again with the use that it lacks.") \
	X(ERR_CERT_UNREADABLE,       545, "certificate-unreadable",            NETWORK,      WAY,       NEUTRAL, LATER, 1,  "Have the server's certificates issued again as RFC 5280 says, with keys of RSA, P-256, P-384 or P-521, and at most 16 authorities in between.") \
	X(ERR_TLS_NO_AGREEMENT,      546, "tls-nothing-in-common",             NETWORK,      WAY,       NEUTRAL, LATER, 1,  "Give the endpoint a certificate with an RSA, P-256, P-384 or P-521 key (not Ed25519), and allow TLS 1.3, or TLS 1.2 with ECDHE, there.") \
	X(ERR_THROTTLED,             601, "provider-throttled",                PROVIDER,     BUSY,      NEUTRAL, SOON,  1,  "It is retried by itself after the time that the provider asks for.") \
	X(ERR_PROVIDER_DOWN,         602, "provider-unavailable",              PROVIDER,     BUSY,      NEUTRAL, SOON,  1,  "It is retried by itself; check the provider's health.") \
	X(ERR_PROVIDER_NOT_FOUND,    603, "provider-not-found",                PROVIDER,     ANSWER,    NEUTRAL, LATER, 1,  "Check that the endpoint in the settings is an existing attestation provider.") \
	X(ERR_PROVIDER_FORBIDDEN,    604, "provider-forbidden",                PROVIDER,     ANSWER,    NEUTRAL, LATER, 1,  "Allow this VM's network on the provider (public access or private endpoint), or its roles.") \
	X(ERR_EVIDENCE_REFUSED,      605, "evidence-refused",                  PROVIDER,     ANSWER,    NEUTRAL, LATER, 1,  "Read the provider's reason in the message; stop (deallocate) and start the VM if it concerns the vTPM.") \
	X(ERR_ANSWER_NOT_TOKEN,      606, "answer-not-attestation",            PROVIDER,     ANSWER,    NEUTRAL, LATER, 1,  "Check that the endpoint is an attestation provider and that no proxy or sign-in page answers in its place.") \
	X(ERR_ENVELOPE_INVALID,      607, "envelope-invalid",                  PROVIDER,     ANSWER,    NEUTRAL, LATER, 1,  "It is retried by itself; if it persists, report it to the provider.") \
	X(ERR_ENVELOPE_DECRYPT,      608, "envelope-altered",                  PROVIDER,     ANSWER,    NEUTRAL, LATER, 1,  "The answer was altered or not made for this VM: check for TLS inspection; it is retried by itself.") \
	X(ERR_INNER_KEY,             609, "answer-for-other-tpm",              PROVIDER,     ANSWER,    NEUTRAL, LATER, 1,  "The answer was not made for this TPM: check what answers at the endpoint; it is retried by itself.") \
	X(ERR_TOKEN_MALFORMED,       610, "token-malformed",                   PROVIDER,     ANSWER,    NEUTRAL, LATER, 1,  "Check that the endpoint is an attestation provider; it is retried by itself.") \
	X(ERR_TOKEN_ALGORITHM,       611, "token-algorithm",                   PROVIDER,     ANSWER,    NEUTRAL, LATER, 1,  "The provider must sign with RS256: check what answers at the endpoint.") \
	X(ERR_TOKEN_KEY_UNKNOWN,     612, "token-key-unknown",                 PROVIDER,     ANSWER,    NEUTRAL, LATER, 1,  "The provider does not publish the key that signed the token: check what answers at the endpoint; it is retried by itself.") \
	X(ERR_TOKEN_JKU,             613, "token-jku-foreign",                 PROVIDER,     ANSWER,    NEUTRAL, LATER, 1,  "The token points to keys of another origin than the endpoint: check what answers at the endpoint.") \
	X(ERR_TOKEN_SIGNATURE,       614, "token-signature",                   PROVIDER,     ANSWER,    NEUTRAL, LATER, 1,  "The token was altered or forged: check what answers at the endpoint.") \
	X(ERR_TOKEN_ISSUER,          615, "token-issuer",                      PROVIDER,     ANSWER,    NEUTRAL, LATER, 1,  "The token was issued by another provider than the endpoint in the settings: set the endpoint to the issuer's address.") \
	X(ERR_TOKEN_EXPIRED,         616, "token-expired",                     PROVIDER,     ANSWER,    NEUTRAL, LATER, 1,  "Set the VM's clock right (time synchronisation); it is retried by itself.") \
	X(ERR_TOKEN_NOT_YET,         617, "token-not-yet-valid",               PROVIDER,     ANSWER,    NEUTRAL, LATER, 1,  "Set the VM's clock right (time synchronisation); it is retried by itself.") \
	X(ERR_TOKEN_TYPE,            618, "token-type",                        PROVIDER,     ANSWER,    NEUTRAL, LATER, 1,  "The token is not about a VM's boot: check what answers at the endpoint.") \
	X(ERR_TOKEN_NONCE,           619, "token-nonce",                       PROVIDER,     ANSWER,    NEUTRAL, LATER, 1,  "The token answers another request (a replay): check what answers at the endpoint.") \
	X(ERR_TOKEN_BINDING,         620, "token-other-vm",                    PROVIDER,     ANSWER,    NEUTRAL, LATER, 1,  "The token is about another TPM's key: check what answers at the endpoint.") \
	X(ERR_TOKEN_CLAIMS,          621, "token-claims",                      PROVIDER,     ANSWER,    NEUTRAL, LATER, 1,  "The token lacks claims that a verdict needs: check the provider's policy.") \
	X(ERR_KEYS_INVALID,          622, "provider-keys-invalid",             PROVIDER,     ANSWER,    NEUTRAL, LATER, 1,  "The provider's signing keys (/certs) cannot be used: check what answers at the endpoint.") \
	X(ERR_NOT_A_PROVIDER,        623, "not-an-attestation-provider",       PROVIDER,     ANSWER,    NEUTRAL, LATER, 1,  "Give an attestation provider's address as the endpoint: what answers there is another service.") \
	X(ERR_CLAIMS_CONTRADICT,     640, "claims-contradict-evidence",        PROVIDER,     VM,        NEUTRAL, NEVER, 1,  "Do not believe the claims: they were altered or belong to other evidence. Ask for another bundle.") \
	X(ERR_TOKEN_CONTRADICTS,     641, "token-contradicts-claims",          PROVIDER,     VM,        NEUTRAL, NEVER, 1,  "Do not believe the claims: the token beside them says something else. Ask for another bundle.") \
	X(ERR_POLICY_DENIED,         701, "policy-denied",                     INTEGRITY,    ANSWER,    AGAINST, LATER, 1,  "Compare this VM's Secure Boot settings with the provider's policy; investigate if nobody changed them.") \
	X(ERR_CLAIM_FALSE,           702, "claim-false",                       INTEGRITY,    ANSWER,    AGAINST, LATER, 1,  "Compare this VM's boot settings with the provider's policy; investigate if nobody changed them.") \
	X(ERR_LOG_MISMATCH,          703, "log-mismatch",                      INTEGRITY,    VM,        AGAINST, LATER, 1,  "The event log does not explain the TPM's PCRs: treat the VM as tampered with until explained; restart it and compare.") \
	X(ERR_LOG_DATA_MISMATCH,     704, "log-data-mismatch",                 INTEGRITY,    VM,        AGAINST, LATER, 1,  "The event log was altered after boot: treat the VM as tampered with until explained.") \
	X(ERR_QUOTE_INVALID,         705, "quote-invalid",                     INTEGRITY,    VM,        AGAINST, LATER, 1,  "The quote does not come from this VM's attestation key: treat the VM as tampered with until explained.") \
	X(ERR_KEY_INVALID,           706, "encryption-key-invalid",            INTEGRITY,    VM,        AGAINST, LATER, 1,  "The encryption key is not bound to this VM's TPM and PCRs: treat the VM as tampered with until explained.") \
	X(ERR_AK_INVALID,            707, "attestation-key-invalid",           INTEGRITY,    VM,        AGAINST, LATER, 1,  "The key at 0x81000003 is not the platform's attestation key: stop (deallocate) and start the VM; investigate.") \
	X(ERR_SECURE_BOOT_LOG,       708, "secure-boot-log-invalid",           INTEGRITY,    VM,        AGAINST, LATER, 1,  "The log's Secure Boot records are incomplete, doubled or damaged: treat the VM as tampered with until explained.") \
	X(ERR_FIRMWARE_DEBUG,        709, "firmware-debug",                    INTEGRITY,    VM,        AGAINST, LATER, 1,  "Switch the firmware's debug mode off and restart the VM; investigate if nobody switched it on.") \
	X(ERR_SHIM_LENIENT,          710, "shim-validation-off",               INTEGRITY,    VM,        AGAINST, LATER, 1,  "Switch shim's validation on again (mokutil --enable-validation) and restart the VM.") \
	X(ERR_AK_CERT_UNTRUSTED,     711, "ak-certificate-untrusted",          INTEGRITY,    VM,        AGAINST, LATER, 1,  "Do not believe the evidence unless other authorities are right: name those that issue for the VM's platform, and the time at which it was made.") \
	X(ERR_LOG_NOT_MEASURED,      712, "log-not-measured",                  INTEGRITY,    VM,        AGAINST, LATER, 1,  "The event log shows events that the TPM did not measure: treat the VM as tampered with until explained; restart it and compare.") \
	X(ERR_SECURE_BOOT_DIFFERS,   713, "secure-boot-differs",               INTEGRITY,    VM,        AGAINST, LATER, 1,  "Believe PCR 7 and not the system: something shows programs on this VM another state; treat it as tampered with until explained.") \
	X(ERR_CERTIFICATES_2011,     714, "secure-boot-2023-missing",          INTEGRITY,    VM,        AGAINST, LATER, 1,  "Update KEK and db to Microsoft's certificates of 2023 before a new shim is installed, and restart the VM (handler/docs/secure-boot.md).") \
	X(ERR_DRIFT_SECURE_BOOT,     716, "secure-boot-switched-off",          INTEGRITY,    VM,        AGAINST, LATER, 1,  "Switch Secure Boot on again and restart the VM; investigate if nobody switched it off.") \
	X(ERR_DRIFT_KEYS,            717, "secure-boot-keys-changed",          INTEGRITY,    VM,        AGAINST, LATER, 1,  "If you enrolled these keys, run 'guest-attest baseline accept'; otherwise treat the VM as tampered with.") \
	X(ERR_DRIFT_SETTINGS,        718, "secure-boot-settings-changed",      INTEGRITY,    VM,        AGAINST, LATER, 1,  "If you made this change (mokutil), run 'guest-attest baseline accept'; otherwise treat the VM as tampered with.") \
	X(ERR_DRIFT_APPLICATION,     719, "boot-application-changed",          INTEGRITY,    VM,        AGAINST, LATER, 1,  "If you replaced the boot loader, run 'guest-attest baseline accept'; otherwise treat the VM as tampered with.") \
	X(ERR_DRIFT_KERNEL,          720, "kernel-changed",                    INTEGRITY,    VM,        AGAINST, LATER, 1,  "If you installed this kernel, run 'guest-attest baseline accept'; otherwise treat the VM as tampered with.") \
	X(ERR_DRIFT_INITRD,          721, "initrd-changed",                    INTEGRITY,    VM,        AGAINST, LATER, 1,  "If you rebuilt the initrd, run 'guest-attest baseline accept'; otherwise treat the VM as tampered with.") \
	X(ERR_DRIFT_COMMAND_LINE,    722, "command-line-changed",              INTEGRITY,    VM,        AGAINST, LATER, 1,  "Restart the VM without the change; if it is yours and is to stay, run 'guest-attest baseline accept'.") \
	X(ERR_DRIFT_CONFIGURATION,   723, "boot-configuration-changed",        INTEGRITY,    VM,        AGAINST, LATER, 1,  "If you changed the boot loader's configuration, run 'guest-attest baseline accept'; otherwise investigate.") \
	X(ERR_DRIFT_FIRMWARE,        724, "firmware-changed",                  INTEGRITY,    VM,        AGAINST, LATER, 1,  "If the platform updated its firmware, run 'guest-attest baseline accept'; otherwise investigate.") \
	X(ERR_DRIFT_DRIVER,          725, "driver-changed",                    INTEGRITY,    VM,        AGAINST, LATER, 1,  "If a device was added to the VM, run 'guest-attest baseline accept'; otherwise treat the VM as tampered with.") \
	X(ERR_DRIFT_BOOT_ORDER,      726, "boot-order-changed",                INTEGRITY,    VM,        AGAINST, LATER, 1,  "If you changed the boot order, run 'guest-attest baseline accept'; otherwise investigate.") \
	X(ERR_DRIFT_PARTITIONS,      727, "partition-table-changed",           INTEGRITY,    VM,        AGAINST, LATER, 1,  "If you changed the partitions, run 'guest-attest baseline accept'; otherwise investigate.") \
	X(ERR_DRIFT_VM_IDENTITY,     728, "vm-identity-changed",               INTEGRITY,    VM,        AGAINST, LATER, 1,  "If the disk was cloned or restored into this VM, run 'guest-attest baseline accept'; otherwise investigate.") \
	X(ERR_DRIFT_CERTIFICATES,    729, "secure-boot-certificates-renewed",  INTEGRITY,    VM,        AGAINST, LATER, 1,  "If you or the platform renewed Secure Boot's certificates, run 'guest-attest baseline accept'; otherwise investigate.") \
	X(ERR_NO_MEMORY,             901, "out-of-memory",                     INTERNAL,     VM,        NEUTRAL, LATER, 1,  "Free memory on the VM; it is retried by itself.") \
	X(ERR_IO,                    902, "file-failed",                       INTERNAL,     VM,        NEUTRAL, LATER, 1,  "Check free disk space, that the file system is writable, and that root runs this.") \
	X(ERR_STATE_INVALID,         903, "state-invalid",                     INTERNAL,     VM,        NEUTRAL, LATER, 1,  "The damaged file was set aside; nothing needs to be done.") \
	X(ERR_SERVICE,               904, "service-failed",                    INTERNAL,     VM,        NEUTRAL, LATER, 1,  "Look at the journal of guest-attestation.service for the reason.") \
	X(ERR_FORMAT,                905, "format-invalid",                    INTERNAL,     VM,        NEUTRAL, NEVER, 1,  "Give a file of the format that the message names.") \
	X(ERR_USAGE,                 906, "usage",                             INTERNAL,     VM,        NEUTRAL, NEVER, 64, "Run the command with --help.") \
	X(ERR_NOT_ENABLED,           907, "not-enabled",                       INTERNAL,     VM,        NEUTRAL, NEVER, 1,  "Add the extension to the VM (portal, template, CLI or policy); until then nothing attests by itself.") \
	X(ERR_STATE_EXPOSED,         908, "state-folder-exposed",              INTERNAL,     VM,        NEUTRAL, NEVER, 1,  "Give /var/lib/guest-attestation back to root alone (chown root:root, chmod 700), and find out who changed it and what else they changed.") \
	X(ERR_ALERT,                 909, "alert-undelivered",                 INTERNAL,     VM,        NEUTRAL, LATER, 1,  "Check alertWebhook and what answers there, and allow the way to it; the alert is sent again with the next attestation.") \
	X(ERR_BUNDLE_CONTRADICTS,    910, "bundle-contradicts-evidence",       INTERNAL,     VM,        NEUTRAL, NEVER, 1,  "Believe only what the evidence proves: what the bundle says beside it was altered. Ask for another bundle.") \
	X(ERR_INPUT,                 911, "input-unreadable",                  INTERNAL,     VM,        NEUTRAL, NEVER, 1,  "Check the path, and that whoever runs this may read what it leads to.") \
	X(ERR_STATE_UNREADABLE,      912, "state-unreadable",                  INTERNAL,     VM,        NEUTRAL, LATER, 1,  "Make what the message names in /var/lib/guest-attestation a readable file of root's again, or remove it; it is retried by itself.") \
	X(ERR_TLS_LIBRARY,           913, "tls-library-differs",               INTERNAL,     VM,        NEUTRAL, NEVER, 1,  "Use the programs of the extension's package: these here are linked with a libcurl that has another TLS library.") \
	X(ERR_HUNG,                  914, "attestation-hung",                  INTERNAL,     VM,        NEUTRAL, LATER, 1,  "The service starts anew by itself; if this comes again, restart the VM and look for a file system or device that does not answer.") \
	X(ERR_BASELINE_LOST,         920, "baseline-lost",                     INTERNAL,     VM,        NEUTRAL, LATER, 1,  "A new baseline was learned; check that this boot is as you expect, then run 'guest-attest baseline accept' to end this warning.") \
	X(ERR_NO_BASELINE,           921, "no-baseline",                       INTERNAL,     VM,        NEUTRAL, NEVER, 1,  "Wait for the first Healthy attestation, which learns it, or run 'guest-attest baseline accept'.") \
	X(ERR_BASELINE_REFUSED,      922, "baseline-refused",                  INTERNAL,     VM,        NEUTRAL, NEVER, 1,  "Remove what makes the VM Unhealthy first; only a boot whose evidence is good can be accepted.") \
	X(ERR_CHANGE_UNCLEAR,        923, "change-unclear",                    INTERNAL,     VM,        NEUTRAL, LATER, 1,  "Make readable what the message names ('guest-attest files' shows it); if you know why the boot changed, run 'guest-attest baseline accept'.") \
	X(ERR_INTERNAL,              999, "internal",                          INTERNAL,     VM,        NEUTRAL, LATER, 1,  "Report it with the log.")
/* clang-format on */

#endif
