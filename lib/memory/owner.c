#include "memory/owner.h"

#include "attest/cert_record.h"
#include "base/tree.h"
#include "base/vm_id.h"
#include "edge/members.h"
#include "memory/record.h"
#include "memory/running.h"

#define OWNER_FILE "owner.json"

struct owner {
	char vm_id[VM_ID_SIZE];
};

static const struct member rows[] = {
	{"vmId", MEMBER_TEXT, MEMBER_REQUIRED, MEMBER_PLACE(struct owner, vm_id)},
};

static int read_owner(const json *document, void *ret, struct err *err)
{
	return members_read(document, MEMBERS(rows), ret, err);
}

/* A damaged file is as good as none, and is set aside when it is written. */
static int load(int state_fd, struct owner *ret, struct err *err)
{
	static const struct state_file file = {OWNER_FILE, read_owner};
	struct owner found = {0};
	enum state_found how = state_load(state_fd, &file, &found, err);

	*ret = how == STATE_LOADED ? found : (struct owner){0};
	return how == STATE_UNREADABLE ? -1 : 0;
}

static int save(int state_fd, const struct owner *owner, struct err *err)
{
	auto_cleanup(json) json *document = json_new_object();

	members_add(document, MEMBERS(rows), owner);
	return state_save(state_fd, OWNER_FILE, document, err);
}

int owner_find_other(int root_fd, int state_fd, bool *ret, struct err *err)
{
	struct owner known, own;

	if (load(state_fd, &known, err) < 0)
		return -1;
	vm_id_read(root_fd, own.vm_id);
	*ret = vm_id_differs(known.vm_id, own.vm_id);
	return 0;
}

/* The file itself is replaced last: a command that was killed before begins again. */
int owner_claim(int root_fd, int state_fd, bool *ret_was_other, struct err *err)
{
	/* programs, and what the running service or enable needs; the accepted boots, and the
	 * disks' record that explains how the next boot differs from them; the certificate that
	 * this VM's TPM may lack, since the TPM's state may have come along with the disk */
	const char *const stay[] = {"programs", RUNNING_PID_FILE, RECORD_FILE, OWNER_FILE,
		"baseline.json", "pending.json",
		cert_record_is_begun(state_fd) ? CERT_RECORD_FILE : NULL, NULL};
	struct owner known, own;

	if (load(state_fd, &known, err) < 0)
		return -1;
	vm_id_read(root_fd, own.vm_id);
	*ret_was_other = vm_id_differs(known.vm_id, own.vm_id);
	if (*ret_was_other && tree_clear(state_fd, stay, err) < 0)
		return -1;
	/* a UUID that is hidden for once does not replace the one that is known */
	return *ret_was_other || (own.vm_id[0] && !known.vm_id[0]) ? save(state_fd, &own, err) : 0;
}
