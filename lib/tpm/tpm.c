#include "tpm/tpm_sys.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "edge/crypto.h"

#define PCRS_PER_READ  8 /* TPML_DIGEST holds 8: Part 2, 10.9.4 */
#define PCR_READ_TRIES 4
#define BUSY_TRIES     9 /* with waits of 5 ms, 10 ms, ... 1280 ms: 2.5 s in all */
#define NONCE_SIZE     20

/* tpm2-tss also prints the errors that it returns, unless this variable stops it; a variable that
 * is set already is kept. Set before main, since threads may exist later. */
__attribute__((constructor)) static void silence_tss(void)
{
	(void)setenv("TSS2_LOG", "all+none", 0);
}

static const TSS2L_SYS_AUTH_COMMAND two_empty_passwords = {
	.count = 2, .auths = {{.sessionHandle = TPM2_RS_PW}, {.sessionHandle = TPM2_RS_PW}}};

TSS2_RC tpm_plain_rc(TSS2_RC rc)
{
	TSS2_RC layer = rc & TSS2_RC_LAYER_MASK;

	if (layer != TSS2_TPM_RC_LAYER && layer != TSS2_RESMGR_TPM_RC_LAYER)
		return 0;
	rc &= ~(TSS2_RC)TSS2_RC_LAYER_MASK;
	return rc & TPM2_RC_FMT1 ? rc & (TPM2_RC_FMT1 | 0x3Fu) : rc;
}

bool tpm_is_busy(TSS2_RC rc, unsigned *tries)
{
	long wait_ms = 5L << *tries;
	struct timespec wait = {.tv_sec = wait_ms / 1000, .tv_nsec = wait_ms % 1000 * 1000000};

	rc = tpm_plain_rc(rc);
	if (rc != TPM2_RC_RETRY && rc != TPM2_RC_YIELDED && rc != TPM2_RC_TESTING)
		return false;
	if (++*tries > BUSY_TRIES)
		return false;
	(void)nanosleep(&wait, NULL);
	return true;
}

/* Opens the device to learn the reason of a failure, which the TCTI does not return. */
static int check_device(const char *path, struct err *err)
{
	auto_cleanup(fd) int fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);

	if (fd >= 0)
		return 0;
	if (errno == ENOENT || errno == ENXIO || errno == ENODEV)
		return err_set(err, ERR_NO_VTPM, (unsigned long)errno,
			"This machine has no TPM: '%s': %m.", path);
	return err_set(err, ERR_TPM_OPEN, (unsigned long)errno, "TPM '%s' cannot be opened: %m%s.",
		path,
		errno == EPERM ? " (by rules for devices: a container's, or DeviceAllow= of a unit)"
		: errno == EACCES ? " (by its mode, or by a policy such as SELinux)"
		: errno == EBUSY  ? " (another program holds it)"
				  : "");
}

static int open_link(enum tpmlink_kind kind, const char *conf, const char *tcti,
	TSS2_TCTI_CONTEXT **ret, struct err *err)
{
	TSS2_RC rc = tpmlink_open(kind, conf, ret);

	if (rc == TSS2_RC_SUCCESS)
		return 0;
	if (rc == TSS2_TCTI_RC_MEMORY)
		return err_set(
			err, ERR_NO_MEMORY, rc, "No memory or no thread for the TPM's transport.");
	if (rc == TSS2_TCTI_RC_TRY_AGAIN)
		return tpm_silent(err, rc, "TPM cannot be opened");
	return err_set(
		err, ERR_TPM_OPEN, rc, "TPM '%s' cannot be opened: %s.", tcti, Tss2_RC_Decode(rc));
}

static int open_sys(struct tpm *tpm, struct err *err)
{
	TSS2_ABI_VERSION abi = TSS2_ABI_VERSION_CURRENT;
	size_t size = Tss2_Sys_GetContextSize(0);
	TSS2_RC rc;

	tpm->sys = calloc(1, size);
	if (!tpm->sys)
		return err_set(err, ERR_NO_MEMORY, 0, "No memory for the TPM's context.");
	rc = Tss2_Sys_Initialize(tpm->sys, size, tpm->tcti, &abi);
	return rc == TSS2_RC_SUCCESS ? 0 : tpm_failed(err, rc, "TPM cannot be used");
}

static int open_named(struct tpm *tpm, const char *tcti, struct err *err)
{
	static const char device[] = "device:";
	static const char swtpm[] = "swtpm:";

	if (strncmp(tcti, swtpm, sizeof(swtpm) - 1) == 0)
		return open_link(TPMLINK_SWTPM, tcti + sizeof(swtpm) - 1, tcti, &tpm->tcti, err);
	if (strncmp(tcti, device, sizeof(device) - 1) != 0)
		return err_set(err, ERR_USAGE, 0,
			"'%s' names no TPM; use device:FILE, swtpm:path=SOCKET or swtpm:host=HOST,port=PORT.",
			tcti);
	if (check_device(tcti + sizeof(device) - 1, err) < 0)
		return -1;
	return open_link(TPMLINK_DEVICE, tcti + sizeof(device) - 1, tcti, &tpm->tcti, err);
}

const char *tpm_machine_tcti(int root_fd)
{
	bool is_alone = faccessat(root_fd, "dev/tpmrm0", F_OK, 0) < 0 && errno == ENOENT &&
			faccessat(root_fd, "dev/tpm0", F_OK, 0) == 0;

	return is_alone ? "device:/dev/tpm0" : "device:/dev/tpmrm0";
}

int tpm_open(const char *tcti, struct tpm **ret, struct err *err)
{
	auto_cleanup(tpm) struct tpm *tpm = NULL;

	tpm = calloc(1, sizeof(*tpm));
	if (!tpm)
		return err_set(err, ERR_NO_MEMORY, 0, "No memory for the TPM.");
	if (open_named(tpm, tcti, err) < 0 || open_sys(tpm, err) < 0)
		return -1;
	*ret = steal_ptr(tpm);
	return 0;
}

/* Without a resource manager, a handle that is not flushed takes one of the TPM's three places
 * until the next reset. */
static TSS2_RC flush_handle(struct tpm *tpm, TPM2_HANDLE *handle)
{
	TSS2_RC rc;

	if (*handle == TPM_NO_HANDLE)
		return TSS2_RC_SUCCESS;
	tpm_run(rc, Tss2_Sys_FlushContext(tpm->sys, *handle));
	*handle = TPM_NO_HANDLE;
	return rc;
}

void tpm_close(struct tpm *tpm)
{
	if (!tpm)
		return;
	if (tpm->sys) {
		(void)flush_handle(tpm, &tpm->session);
		(void)flush_handle(tpm, &tpm->key);
		Tss2_Sys_Finalize(tpm->sys);
	}
	tpmlink_close(tpm->tcti);
	free(tpm->sys);
	free(tpm);
}

TSS2_RC tpm_read_properties(struct tpm *tpm, uint32_t first, uint32_t count, uint32_t *ret)
{
	TPMS_CAPABILITY_DATA data = {.capability = 0};
	const TPML_TAGGED_TPM_PROPERTY *list = &data.data.tpmProperties;
	TPMI_YES_NO more;
	TSS2_RC rc;

	memset(ret, 0, count * sizeof(*ret));
	tpm_run(rc, Tss2_Sys_GetCapability(tpm->sys, NULL, TPM2_CAP_TPM_PROPERTIES, first, count,
			    &more, &data, NULL));
	if (rc != TSS2_RC_SUCCESS)
		return rc;
	if (data.capability != TPM2_CAP_TPM_PROPERTIES || list->count > TPM2_MAX_TPM_PROPERTIES)
		return TSS2_SYS_RC_MALFORMED_RESPONSE;
	for (uint32_t i = 0; i < list->count; i++)
		if (list->tpmProperty[i].property - first < count)
			ret[list->tpmProperty[i].property - first] = list->tpmProperty[i].value;
	return TSS2_RC_SUCCESS;
}

/* Four characters, the highest byte first; shorter names end with blanks or zeros. */
static void manufacturer_text(uint32_t value, char ret[5])
{
	for (size_t i = 0; i < 4; i++) {
		char c = (char)(value >> (24 - 8 * i));

		ret[i] = c > ' ' && c < 0x7F ? c : '\0';
	}
	ret[4] = '\0';
}

int tpm_read_identity(struct tpm *tpm, struct tpm_identity *ret, struct err *err)
{
	enum { FIRST = TPM2_PT_MANUFACTURER, COUNT = TPM2_PT_FIRMWARE_VERSION_2 - FIRST + 1 };
	uint32_t values[COUNT];
	TSS2_RC rc = tpm_read_properties(tpm, FIRST, COUNT, values);

	if (rc != TSS2_RC_SUCCESS)
		return tpm_failed(err, rc, "TPM does not say what it is");
	manufacturer_text(values[0], ret->manufacturer);
	ret->firmware[0] = values[COUNT - 2];
	ret->firmware[1] = values[COUNT - 1];
	return 0;
}

int tpm_explain_absence(struct tpm *tpm, struct err *err)
{
	static const struct {
		TPMA_STARTUP_CLEAR bit;
		const char *text;
	} rows[] = {
		{TPMA_STARTUP_CLEAR_EHENABLE, "endorsement hierarchy is switched off (ehEnable)"},
		{TPMA_STARTUP_CLEAR_SHENABLE, "owner hierarchy is switched off (shEnable)"},
		{TPMA_STARTUP_CLEAR_PHENABLENV, "memory of the platform is switched off (phEnableNV)"},
	};
	struct err missing = *err;
	uint32_t enabled;

	if (tpm_read_properties(tpm, TPM2_PT_STARTUP_CLEAR, 1, &enabled) != TSS2_RC_SUCCESS ||
		!enabled)
		return -1; /* the TPM does not show it */
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (!(enabled & rows[i].bit))
			return err_set(err, ERR_TPM_HIERARCHY, missing.native, "%s The TPM's %s.",
				missing.msg, rows[i].text);
	return -1;
}

/* Copies the first parameter of the last answer, a TPM2B_PUBLIC, as the TPM sent it. */
static int take_public(struct tpm *tpm, struct tpm_public *ret, struct err *err)
{
	const uint8_t *data = NULL;
	size_t size = 0;
	size_t len;
	TSS2_RC rc = Tss2_Sys_GetRpBuffer(tpm->sys, &size, &data);

	if (rc != TSS2_RC_SUCCESS)
		return tpm_failed(err, rc, "TPM's answer cannot be read");
	len = size < 2 ? 0 : 2 + ((size_t)data[0] << 8 | data[1]);
	if (len <= 2 || len > size || len > sizeof(ret->data))
		return err_set(err, ERR_TPM_ANSWER, 0, "TPM sent a public area of a wrong size.");
	memcpy(ret->data, data, len);
	ret->len = len;
	return 0;
}

static int no_ak(struct tpm *tpm, TSS2_RC rc, struct err *err)
{
	err_fill(err, ERR_NO_AK, rc, "The vTPM has no attestation key at 0x%08X.", TPM_AK_HANDLE);
	return tpm_explain_absence(tpm, err);
}

int tpm_read_ak_public(struct tpm *tpm, struct tpm_public *ret, struct err *err)
{
	TPM2B_PUBLIC public = {.size = 0};
	TPM2B_NAME name = {.size = 0};
	TPM2B_NAME qualified_name = {.size = 0};
	TSS2_RC rc;

	tpm_run(rc, Tss2_Sys_ReadPublic(
			    tpm->sys, TPM_AK_HANDLE, NULL, &public, &name, &qualified_name, NULL));
	if (tpm_plain_rc(rc) == TPM2_RC_HANDLE)
		return no_ak(tpm, rc, err);
	if (rc != TSS2_RC_SUCCESS)
		return tpm_failed(err, rc, "Attestation key cannot be read");
	return take_public(tpm, ret, err);
}

static TPML_PCR_SELECTION selection_of(uint32_t mask)
{
	return (TPML_PCR_SELECTION){
		.count = 1,
		.pcrSelections = {{
			.hash = TPM2_ALG_SHA256,
			.sizeofSelect = 3,
			.pcrSelect = {(uint8_t)mask, (uint8_t)(mask >> 8), (uint8_t)(mask >> 16)},
		}},
	};
}

static uint32_t mask_of(const TPML_PCR_SELECTION *selection)
{
	const TPMS_PCR_SELECTION *bank = &selection->pcrSelections[0];
	uint32_t mask = 0;

	if (selection->count != 1 || bank->hash != TPM2_ALG_SHA256)
		return 0;
	for (uint8_t i = 0; i < bank->sizeofSelect && i < 3; i++)
		mask |= (uint32_t)bank->pcrSelect[i] << (8 * i);
	return mask;
}

/* Sends one TPM2_PCR_Read and adds the PCRs that it returned to `values`. */
static int read_some_pcrs(struct tpm *tpm, uint32_t mask, struct tpm_pcrs *values,
	uint32_t *ret_counter, struct err *err)
{
	TPML_PCR_SELECTION wanted = selection_of(mask);
	TPML_PCR_SELECTION given = {.count = 0};
	TPML_DIGEST digests = {.count = 0};
	uint32_t given_mask;
	uint32_t next = 0;
	TSS2_RC rc;

	tpm_run(rc, Tss2_Sys_PCR_Read(tpm->sys, NULL, &wanted, ret_counter, &given, &digests, NULL));
	if (rc != TSS2_RC_SUCCESS)
		return tpm_failed(err, rc, "PCRs cannot be read");
	given_mask = mask_of(&given);
	if (given_mask == 0)
		return err_set(err, ERR_TPM_BANK, 0, "The TPM has no SHA-256 bank of PCRs.");
	if ((given_mask & ~mask) || digests.count != (uint32_t)__builtin_popcount(given_mask) ||
		digests.count > PCRS_PER_READ)
		return err_set(err, ERR_TPM_ANSWER, 0, "TPM sent other PCRs than asked for.");
	for (unsigned pcr = 0; pcr < TPM_PCR_COUNT; pcr++) {
		const TPM2B_DIGEST *digest = &digests.digests[next];

		if (!(given_mask & 1u << pcr))
			continue;
		if (digest->size != TPM_DIGEST_SIZE)
			return err_set(err, ERR_TPM_ANSWER, 0, "TPM sent a PCR of a wrong size.");
		memcpy(values->digest[pcr], digest->buffer, TPM_DIGEST_SIZE);
		next++;
	}
	values->mask |= given_mask;
	return 0;
}

/* Reads until `values` is complete. If the update counter shows that PCRs changed between two
 * commands, it stops and leaves values->mask incomplete. */
static int read_all_pcrs(struct tpm *tpm, uint32_t mask, struct tpm_pcrs *values, struct err *err)
{
	uint32_t first = 0;
	uint32_t counter = 0;

	if (read_some_pcrs(tpm, mask, values, &first, err) < 0)
		return -1;
	while (values->mask != mask) {
		uint32_t before = values->mask;

		if (read_some_pcrs(tpm, mask & ~before, values, &counter, err) < 0)
			return -1;
		if (counter != first) {
			values->mask = before;
			return 0;
		}
	}
	return 0;
}

int tpm_read_pcrs(struct tpm *tpm, uint32_t mask, struct tpm_pcrs *ret, struct err *err)
{
	if (mask == 0 || mask >> TPM_PCR_COUNT)
		return err_set(err, ERR_INTERNAL, 0, "No such PCRs: mask 0x%X.", mask);
	for (int i = 0; i < PCR_READ_TRIES; i++) {
		struct tpm_pcrs values = {.mask = 0};

		if (read_all_pcrs(tpm, mask, &values, err) < 0)
			return -1;
		if (values.mask == mask) {
			*ret = values;
			return 0;
		}
	}
	return err_set(err, ERR_PCR_CHANGED, 0, "PCRs keep changing while they are read.");
}

static int take_attest(const TPM2B_ATTEST *attest, const TPMT_SIGNATURE *signature,
	struct tpm_attest *ret, struct err *err)
{
	const TPM2B_PUBLIC_KEY_RSA *bytes = &signature->signature.rsassa.sig;

	if (signature->sigAlg != TPM2_ALG_RSASSA ||
		signature->signature.rsassa.hash != TPM2_ALG_SHA256)
		return err_set(err, ERR_AK_INVALID, 0,
			"The attestation key does not sign with RSASSA and SHA-256 (scheme 0x%04X).",
			signature->sigAlg);
	if (attest->size > sizeof(ret->attest) || attest->size > sizeof(attest->attestationData) ||
		bytes->size > sizeof(ret->signature) || bytes->size > sizeof(bytes->buffer))
		return err_set(err, ERR_TPM_ANSWER, 0, "TPM sent a signature of a wrong size.");
	memcpy(ret->attest, attest->attestationData, attest->size);
	ret->attest_len = attest->size;
	memcpy(ret->signature, bytes->buffer, bytes->size);
	ret->signature_len = bytes->size;
	return 0;
}

int tpm_quote(struct tpm *tpm, uint32_t mask, struct tpm_attest *ret, struct err *err)
{
	static const TPM2B_DATA nothing = {.size = 0};
	static const TPMT_SIG_SCHEME scheme_of_key = {.scheme = TPM2_ALG_NULL};
	TPML_PCR_SELECTION selection = selection_of(mask);
	TPM2B_ATTEST attest = {.size = 0};
	TPMT_SIGNATURE signature = {.sigAlg = 0};
	TSS2_RC rc;

	tpm_run(rc, Tss2_Sys_Quote(tpm->sys, TPM_AK_HANDLE, &tpm_empty_password, &nothing,
			    &scheme_of_key, &selection, &attest, &signature, NULL));
	if (tpm_plain_rc(rc) == TPM2_RC_HANDLE)
		return no_ak(tpm, rc, err);
	if (rc != TSS2_RC_SUCCESS)
		return tpm_failed(err, rc, "PCRs cannot be quoted");
	return take_attest(&attest, &signature, ret, err);
}

/* Neither userWithAuth nor adminWithPolicy, so only the policy can use the key. Until a reset, the
 * fixed template would create the same key again; it is kept loaded because creating RSA keys is
 * the slowest command. */
static TPM2B_PUBLIC key_template(const uint8_t policy[TPM_DIGEST_SIZE])
{
	TPM2B_PUBLIC template = {
		.publicArea =
			{
				.type = TPM2_ALG_RSA,
				.nameAlg = TPM2_ALG_SHA256,
				.objectAttributes = TPMA_OBJECT_DECRYPT | TPMA_OBJECT_FIXEDTPM |
						    TPMA_OBJECT_FIXEDPARENT |
						    TPMA_OBJECT_SENSITIVEDATAORIGIN | TPMA_OBJECT_NODA,
				.authPolicy = {.size = TPM_DIGEST_SIZE},
				.parameters.rsaDetail =
					{
						.symmetric = {.algorithm = TPM2_ALG_NULL},
						.scheme = {.scheme = TPM2_ALG_NULL},
						.keyBits = 2048,
					},
				.unique.rsa = {.size = 256},
			},
	};

	memcpy(template.publicArea.authPolicy.buffer, policy, TPM_DIGEST_SIZE);
	return template;
}

int tpm_create_key(struct tpm *tpm, const uint8_t policy[TPM_DIGEST_SIZE], struct tpm_public *ret,
	struct err *err)
{
	static const TPM2B_SENSITIVE_CREATE no_secret = {.size = 0};
	static const TPM2B_DATA nothing = {.size = 0};
	static const TPML_PCR_SELECTION no_pcrs = {.count = 0};
	TPM2B_PUBLIC template = key_template(policy);
	TPM2B_PUBLIC public = {.size = 0};
	TPM2B_CREATION_DATA data = {.size = 0};
	TPM2B_DIGEST hash = {.size = 0};
	TPMT_TK_CREATION ticket = {.tag = 0};
	TPM2B_NAME name = {.size = 0};
	TSS2_RC rc;

	(void)flush_handle(tpm, &tpm->key);
	tpm_run(rc, Tss2_Sys_CreatePrimary(tpm->sys, TPM2_RH_NULL, &tpm_empty_password, &no_secret,
			    &template, &nothing, &no_pcrs, &tpm->key, &public, &data, &hash,
			    &ticket, &name, NULL));
	if (rc != TSS2_RC_SUCCESS)
		return tpm_failed(err, rc, "Encryption key cannot be created");
	return take_public(tpm, ret, err);
}

int tpm_certify_key(struct tpm *tpm, struct tpm_attest *ret, struct err *err)
{
	static const TPM2B_DATA nothing = {.size = 0};
	static const TPMT_SIG_SCHEME scheme_of_key = {.scheme = TPM2_ALG_NULL};
	TPM2B_ATTEST attest = {.size = 0};
	TPMT_SIGNATURE signature = {.sigAlg = 0};
	TSS2_RC rc;

	if (tpm->key == TPM_NO_HANDLE)
		return err_set(err, ERR_INTERNAL, 0, "There is no encryption key to certify.");
	tpm_run(rc, Tss2_Sys_Certify(tpm->sys, tpm->key, TPM_AK_HANDLE, &two_empty_passwords,
			    &nothing, &scheme_of_key, &attest, &signature, NULL));
	if (tpm_plain_rc(rc) == TPM2_RC_HANDLE)
		return no_ak(tpm, rc, err);
	if (rc != TSS2_RC_SUCCESS)
		return tpm_failed(err, rc, "Encryption key cannot be certified");
	return take_attest(&attest, &signature, ret, err);
}

/* An unbound, unsalted session only carries the policy and encrypts nothing, so its nonce need not
 * be random. */
static int start_policy(struct tpm *tpm, uint32_t mask, struct err *err)
{
	static const TPM2B_NONCE nonce = {.size = NONCE_SIZE};
	static const TPM2B_ENCRYPTED_SECRET no_salt = {.size = 0};
	static const TPMT_SYM_DEF no_encryption = {.algorithm = TPM2_ALG_NULL};
	static const TPM2B_DIGEST current = {.size = 0};
	TPML_PCR_SELECTION selection = selection_of(mask);
	TPM2B_NONCE nonce_tpm = {.size = 0};
	TSS2_RC rc;

	(void)flush_handle(tpm, &tpm->session);
	tpm_run(rc, Tss2_Sys_StartAuthSession(tpm->sys, TPM2_RH_NULL, TPM2_RH_NULL, NULL, &nonce,
			    &no_salt, TPM2_SE_POLICY, &no_encryption, TPM2_ALG_SHA256,
			    &tpm->session, &nonce_tpm, NULL));
	if (rc != TSS2_RC_SUCCESS)
		return tpm_failed(err, rc, "Policy session cannot be started");
	tpm_run(rc, Tss2_Sys_PolicyPCR(tpm->sys, tpm->session, NULL, &current, &selection, NULL));
	if (rc != TSS2_RC_SUCCESS) {
		(void)flush_handle(tpm, &tpm->session);
		return tpm_failed(err, rc, "PCRs cannot be used as a policy");
	}
	return 0;
}

/* flushed: the result of flushing the session right afterwards. libtpms 0.9.2 returns
 * TPM_RC_FAILURE for wrong padding. A TPM that really failed refuses every later command too (Part
 * 1, 12.3.4). */
static int decrypt_failed(TSS2_RC rc, TSS2_RC flushed, struct err *err)
{
	TSS2_RC plain = tpm_plain_rc(rc);

	if (plain == TPM2_RC_POLICY_FAIL || plain == TPM2_RC_PCR_CHANGED)
		return err_set(err, ERR_PCR_CHANGED, rc,
			"PCRs changed after the quote: the answer can no longer be decrypted.");
	/* wrong padding, a number larger than the modulus, a wrong size (Part 3, 14.3) */
	if (plain == TPM2_RC_VALUE || plain == TPM2_RC_SIZE || plain == TPM2_RC_BINDING ||
		(plain == TPM2_RC_FAILURE && flushed == TSS2_RC_SUCCESS))
		return err_set(err, ERR_INNER_KEY, rc,
			"The answer's key is not encrypted to this TPM's key: %s.",
			Tss2_RC_Decode(rc));
	return tpm_failed(err, rc, "The answer's key cannot be decrypted");
}

int tpm_decrypt(
	struct tpm *tpm, uint32_t mask, struct bytes ciphertext, struct buf *ret, struct err *err)
{
	static const TPMT_RSA_DECRYPT scheme = {.scheme = TPM2_ALG_RSAES};
	static const TPM2B_DATA no_label = {.size = 0};
	TSS2L_SYS_AUTH_COMMAND auth = {.count = 1};
	TPM2B_PUBLIC_KEY_RSA input = {.size = (uint16_t)ciphertext.len};
	TPM2B_PUBLIC_KEY_RSA output = {.size = 0};
	TSS2_RC rc;
	int status;

	if (tpm->key == TPM_NO_HANDLE)
		return err_set(err, ERR_INTERNAL, 0, "There is no encryption key to decrypt with.");
	if (ciphertext.len == 0 || ciphertext.len > sizeof(input.buffer))
		return err_set(err, ERR_INNER_KEY, 0,
			"The answer's key has %zu bytes, not those of an RSA key.", ciphertext.len);
	memcpy(input.buffer, ciphertext.data, ciphertext.len);
	if (start_policy(tpm, mask, err) < 0)
		return -1;
	/* continueSession is clear, so success ends the session */
	auth.auths[0].sessionHandle = tpm->session;
	tpm_run(rc, Tss2_Sys_RSA_Decrypt(
			    tpm->sys, tpm->key, &auth, &input, &scheme, &no_label, &output, NULL));
	if (rc != TSS2_RC_SUCCESS)
		return decrypt_failed(rc, flush_handle(tpm, &tpm->session), err);
	tpm->session = TPM_NO_HANDLE;
	status = buf_append(ret, output.buffer, output.size, err);
	explicit_bzero(&output, sizeof(output));
	return status;
}

int tpm_flush_key(struct tpm *tpm, struct err *err)
{
	TSS2_RC rc = flush_handle(tpm, &tpm->key);

	return rc == TSS2_RC_SUCCESS ? 0 : tpm_failed(err, rc, "Encryption key cannot be unloaded");
}
