#include "net/trust_store.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include "base/file.h"
#include "base/pem.h"
#include "base/text.h"

static int check_readable(const char *file, struct err *err)
{
	if (access(file, R_OK) < 0)
		return err_set(err, ERR_CA_FILE, (unsigned long)errno,
			"CA file '%s' cannot be read: %m.", file);
	return 0;
}

static int find_main_file(const struct trust_store *trust, const char **ret, struct err *err)
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

	*ret = trust->ca_file;
	for (size_t i = 0; !*ret && i < sizeof(places) / sizeof(places[0]); i++)
		if (access(places[i], R_OK) == 0 || errno != ENOENT)
			/* an unreadable file is an error, not a reason to use another one */
			*ret = places[i];
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

/* ---- one file ---- */

/* -1: the file cannot be looked at, which reading it explains. */
static int mark_file(const char *path, struct trust_store_mark *ret)
{
	struct stat info;

	if (fstatat(AT_FDCWD, path, &info, 0) < 0)
		return -1;
	*ret = (struct trust_store_mark){info.st_dev, info.st_ino, info.st_size, info.st_ctim};
	return 0;
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

static void leave_out(
	struct trust_store_set *set, const char *path, size_t number, const struct err *err)
{
	if (set->left_out_count < TRUST_STORE_LEFT_OUT_MAX)
		(void)text_format(set->left_out[set->left_out_count], TRUST_STORE_LEFT_OUT_SIZE,
			"Certificate %zu of CA file '%.100s' does not count: %s.", number, path,
			err->msg);
	set->left_out_count++;
}

/* Follows links, because distributions and administrators keep the file behind them. The file is
 * read with a bound, because a library would wait for ever on a FIFO. */
static int add_file(struct trust_store_set *set, const char *path, struct err *err)
{
	auto_cleanup(buf) struct buf pem = buf_with_max(TRUST_STORE_MAX_BYTES);
	size_t before = set->count, number = 0;
	struct bytes rest, one;

	/* marked before it is read, so that a later change shows */
	if (mark_file(path, &set->marks[set->mark_count]) == 0)
		set->mark_count++;
	if (file_read(AT_FDCWD, path, FILE_FOLLOW_LINKS, &pem, err) < 0) {
		err->code = err->code == ERR_NO_MEMORY ? ERR_NO_MEMORY : ERR_CA_FILE;
		return -1;
	}
	for (rest = buf_bytes(&pem); pem_next(&rest, &one);) {
		number++;
		if (add_authority(set, one, err) == 0)
			continue;
		if (err->code == ERR_NO_MEMORY)
			return -1;
		leave_out(set, path, number, err);
	}
	if (number == 0)
		return err_set(err, ERR_CA_FILE, 0,
			"CA file '%s' holds no certificates in PEM form.", path);
	return set->count > before
		       ? 0
		       : err_set(err, ERR_CA_FILE, 0,
				 "CA file '%s' holds no certificate that can be used: %s.", path,
				 err->msg);
}

/* ---- the set ---- */

/* The paths of the files; the second is NULL if there is one. */
static int find_files(const struct trust_store *trust, const char *ret[2], struct err *err)
{
	ret[1] = trust->extra_ca_file;
	return find_main_file(trust, &ret[0], err);
}

bool trust_store_is_current(const struct trust_store_set *set, const struct trust_store *trust)
{
	struct trust_store_mark mark;
	const char *paths[2];
	struct err ignored;
	size_t count = 0;

	if (!set->authorities || find_files(trust, paths, &ignored) < 0)
		return false;
	for (size_t i = 0; i < 2 && paths[i]; i++) {
		const struct trust_store_mark *known = &set->marks[count];

		if (mark_file(paths[i], &mark) < 0 || count++ >= set->mark_count ||
			mark.device != known->device || mark.inode != known->inode ||
			mark.size != known->size || mark.changed.tv_sec != known->changed.tv_sec ||
			mark.changed.tv_nsec != known->changed.tv_nsec)
			return false;
	}
	return count == set->mark_count;
}

int trust_store_load(const struct trust_store *trust, struct trust_store_set *ret, struct err *err)
{
	auto_cleanup(trust_store_set) struct trust_store_set set = {0};
	const char *paths[2];

	if (find_files(trust, paths, err) < 0 || crypto_authorities_open(&set.authorities, err) < 0)
		return -1;
	for (size_t i = 0; i < 2 && paths[i]; i++)
		if (add_file(&set, paths[i], err) < 0)
			return -1;
	trust_store_set_done(ret);
	*ret = set;
	set = (struct trust_store_set){0};
	return 0;
}
