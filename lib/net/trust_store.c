#include "net/trust_store.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include "base/file.h"
#include "base/pem.h"
#include "base/text.h"

static const char *system_file(void)
{
	static const char *const places[] = {
		"/etc/ssl/certs/ca-certificates.crt", /* Debian, Ubuntu, Flatcar */
		/* RHEL and family, Azure Linux */
		"/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
		"/etc/pki/tls/certs/ca-bundle.crt", /* the same, older and Azure Linux */
		"/etc/ssl/ca-bundle.pem", /* SLES, openSUSE */
		"/var/lib/ca-certificates/ca-bundle.pem", /* the target of the link before */
		"/etc/ssl/cert.pem", /* Alpine */
		"/usr/share/ssl/certs/ca-bundle.crt",
	};

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (access(places[i], R_OK) == 0 || errno != ENOENT)
			/* an unreadable file is an error, not a reason to use another one */
			return places[i];
	return NULL;
}

static int check_readable(const char *file, struct err *err)
{
	if (access(file, R_OK) < 0)
		return err_set(err, ERR_CA_FILE, (unsigned long)errno,
			"CA file '%s' cannot be read: %m.", file);
	return 0;
}

static int find_main_file(const struct trust_store *trust, const char **ret, struct err *err)
{
	*ret = trust->ca_file ? trust->ca_file : system_file();
	if (!*ret)
		return err_set(err, ERR_CA_FILE, ENOENT,
			"This system's certificate authorities were not found (package ca-certificates).");
	return check_readable(*ret, err);
}

int trust_store_find(const struct trust_store *trust, const char **ret_file, struct err *err)
{
	const char *file;

	if (find_main_file(trust, &file, err) < 0 ||
		(trust->extra_ca_file && check_readable(trust->extra_ca_file, err) < 0))
		return -1;
	*ret_file = trust->extra_ca_file ? NULL : file;
	return 0;
}

void trust_store_files_done(struct trust_store_files *files)
{
	for (size_t i = 0; i < files->count; i++)
		buf_done(&files->files[i].pem);
	*files = (struct trust_store_files){0};
}

/* Follows links, because distributions and administrators keep the file behind them. The file is
 * read here with a bound, because a library would wait for ever on a FIFO. */
static int read_file(const char *path, struct trust_store_files *ret, struct err *err)
{
	struct trust_store_file *file = &ret->files[ret->count++];
	struct bytes rest, first;

	file->path = path;
	file->pem = buf_with_max(TRUST_STORE_MAX_BYTES);
	if (file_read(AT_FDCWD, path, FILE_FOLLOW_LINKS, &file->pem, err) < 0) {
		err->code = err->code == ERR_NO_MEMORY ? ERR_NO_MEMORY : ERR_CA_FILE;
		return -1;
	}
	rest = buf_bytes(&file->pem);
	if (!pem_next(&rest, &first))
		return err_set(err, ERR_CA_FILE, 0,
			"CA file '%s' holds no certificates in PEM form.", path);
	return 0;
}

int trust_store_read(const struct trust_store *trust, struct trust_store_files *ret, struct err *err)
{
	const char *path;

	if (find_main_file(trust, &path, err) < 0 || read_file(path, ret, err) < 0)
		return -1;
	return trust->extra_ca_file ? read_file(trust->extra_ca_file, ret, err) : 0;
}

/* ---- authorities ---- */

void trust_store_set_done(struct trust_store_set *set)
{
	crypto_authorities_free(set->authorities);
	*set = (struct trust_store_set){0};
}

static int add_authority(struct trust_store_set *set, struct bytes pem, struct err *err)
{
	auto_cleanup(buf) struct buf der = buf_with_max(pem.len);

	if (pem_decode(pem, &der, err) < 0)
		return err->code == ERR_NO_MEMORY
			       ? -1
			       : err_set(err, ERR_FORMAT, 0, "its text cannot be decoded");
	if (crypto_authorities_add(set->authorities, buf_bytes(&der), err) < 0)
		return -1;
	set->count++;
	return 0;
}

static int add_authorities(
	const struct trust_store_file *file, struct trust_store_set *set, struct err *err)
{
	struct bytes rest = buf_bytes(&file->pem), one;
	size_t before = set->count;

	for (size_t number = 1; pem_next(&rest, &one); number++) {
		if (add_authority(set, one, err) == 0)
			continue;
		if (err->code == ERR_NO_MEMORY)
			return -1;
		if (set->left_out_count < TRUST_STORE_LEFT_OUT_MAX)
			(void)text_format(set->left_out[set->left_out_count],
				TRUST_STORE_LEFT_OUT_SIZE,
				"Certificate %zu of CA file '%.100s' does not count: %s.", number,
				file->path, err->msg);
		set->left_out_count++;
	}
	if (set->count > before)
		return 0;
	return err_set(err, ERR_CA_FILE, 0,
		"CA file '%s' holds no certificate that can be used: %s.", file->path, err->msg);
}

static void digest_of(const struct trust_store_files *files, uint8_t ret[CRYPTO_SHA256_SIZE])
{
	struct bytes texts[2] = {{0}};

	for (size_t i = 0; i < files->count; i++)
		texts[i] = buf_bytes(&files->files[i].pem);
	crypto_digest(CRYPTO_SHA256, texts, files->count, ret);
}

bool trust_store_is_same(const struct trust_store_set *set, const struct trust_store_files *files)
{
	uint8_t digest[CRYPTO_SHA256_SIZE];

	digest_of(files, digest);
	return set->authorities && memcmp(set->digest, digest, sizeof(digest)) == 0;
}

int trust_store_take(
	const struct trust_store_files *files, struct trust_store_set *ret, struct err *err)
{
	auto_cleanup(trust_store_set) struct trust_store_set set = {0};

	digest_of(files, set.digest);
	if (crypto_authorities_open(&set.authorities, err) < 0)
		return -1;
	for (size_t i = 0; i < files->count; i++)
		if (add_authorities(&files->files[i], &set, err) < 0)
			return -1;
	trust_store_set_done(ret);
	*ret = set;
	set = (struct trust_store_set){0};
	return 0;
}
