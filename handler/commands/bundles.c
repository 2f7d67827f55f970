#include "bundles.h"

#include "commands.h"

static int read_ca(const char *path, struct anchors *ret, struct err *err)
{
	auto_cleanup(buf) struct buf pem = buf_with_max(ANCHORS_MAX_BYTES);

	if (read_pem(path, &pem, err) < 0)
		return -1;
	return anchors_add(ret, buf_bytes(&pem), err) < 0 ? err_wrap(err, "%s", path) : 0;
}

int read_anchors(const struct option_texts *paths, struct anchors *ret, struct err *err)
{
	for (size_t i = 0; paths->items[i]; i++)
		if (read_ca(paths->items[i], ret, err) < 0)
			return -1;
	if (paths->count && !anchors_have_root(ret))
		return err_set(err, ERR_CA_FILE, 0,
			"No --ca file holds a self-signed certificate to trust.");
	return 0;
}

int read_bundle(const char *path, struct bundle *ret, struct err *err)
{
	auto_cleanup(buf) struct buf bytes = buf_with_max(BUNDLE_MAX_BYTES);

	if (read_input(path, &bytes, err) < 0)
		return -1;
	return bundle_parse(buf_bytes(&bytes), ret, err) < 0
		       ? err_wrap(err, "'%s' holds no evidence", path)
		       : 0;
}
