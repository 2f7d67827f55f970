#include "edge/trust.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include "base/file.h"

#define PEM_BEGIN "-----BEGIN CERTIFICATE-----"

static const char *system_file(void)
{
	static const char *const places[] = {
		"/etc/ssl/certs/ca-certificates.crt",                /* Debian, Ubuntu, Flatcar */
		"/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", /* RHEL and family, Azure Linux */
		"/etc/pki/tls/certs/ca-bundle.crt",                  /* the same, older and Azure Linux */
		"/etc/ssl/ca-bundle.pem",                            /* SLES, openSUSE */
		"/var/lib/ca-certificates/ca-bundle.pem",            /* what the former links to */
		"/etc/ssl/cert.pem",                                 /* Alpine */
		"/usr/share/ssl/certs/ca-bundle.crt",
	};

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (access(places[i], R_OK) == 0 || errno != ENOENT)
			return places[i]; /* one that cannot be read is not passed over for another one */
	return NULL;
}

static int check_readable(const char *file, struct err *err)
{
	if (access(file, R_OK) < 0)
		return err_set(
			err, ERR_CA_FILE, (unsigned long)errno, "CA file '%s' cannot be read: %m.", file);
	return 0;
}

static int main_file(const struct trust *trust, const char **ret, struct err *err)
{
	*ret = trust->ca_file ? trust->ca_file : system_file();
	if (!*ret)
		return err_set(err, ERR_CA_FILE, ENOENT,
			"This system's certificate authorities were not found (package ca-certificates).");
	return check_readable(*ret, err);
}

int trust_find(const struct trust *trust, const char **ret_file, struct err *err)
{
	const char *file;

	if (main_file(trust, &file, err) < 0 ||
		(trust->extra_ca_file && check_readable(trust->extra_ca_file, err) < 0))
		return -1;
	*ret_file = trust->extra_ca_file ? NULL : file;
	return 0;
}

/* The system keeps its file behind links, and the administrator may. */
static int append_file(const char *file, struct buf *ret, struct err *err)
{
	auto_cleanup(buf) struct buf text = buf_with_max(TRUST_MAX_BYTES);

	if (file_read(AT_FDCWD, file, FILE_FOLLOW_LINKS, &text, err) < 0) {
		err->code = ERR_CA_FILE;
		return -1;
	}
	if (text.len == 0 || !memmem(text.data, text.len, PEM_BEGIN, sizeof(PEM_BEGIN) - 1))
		return err_set(err, ERR_CA_FILE, 0, "CA file '%s' holds no certificates in PEM form.", file);
	/* a last line without its end must not run into the next file's first */
	return buf_append(ret, text.data, text.len, err) < 0 ? -1 : buf_append_text(ret, "\n", err);
}

int trust_read(const struct trust *trust, struct buf *ret, struct err *err)
{
	auto_cleanup(buf) struct buf both = buf_with_max(TRUST_MAX_BYTES);
	const char *file;

	if (main_file(trust, &file, err) < 0 || append_file(file, &both, err) < 0 ||
		(trust->extra_ca_file && append_file(trust->extra_ca_file, &both, err) < 0)) {
		err_recode(err, ERR_CA_FILE);
		return -1;
	}
	return buf_set(ret, buf_bytes(&both), err);
}
