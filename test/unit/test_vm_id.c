/* Which VM this is: the platform's UUID, else systemd's ID. */
#include "check.h"

#include <stdlib.h>
#include <unistd.h>
#include "base/tree.h"
#include "base/vm_id.h"

static void expect(int root_fd, const char *expected)
{
	char vm_id[VM_ID_SIZE];

	vm_id_read(root_fd, vm_id);
	assert_string_equal(vm_id, expected);
}

static void write_file(int root_fd, const char *folder, const char *path, const char *text)
{
	auto_cleanup(fd) int made = -1;
	struct err err;

	check_ok(dir_make(root_fd, folder, 0755, &made, &err), &err);
	check_ok(file_write(root_fd, path, TEXT(text), 0600, &err), &err);
}

static void the_platforms_id_comes_first(void **state)
{
	static const char dmi[] = "sys/devices/virtual/dmi/id";
	static const char *const hidden[] = {"00000000-0000-0000-0000-000000000000\n",
		"FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF\n", "Not Settable\n", "Not Present\n"};
	char path[] = "/tmp/test_vm_id.XXXXXX";
	auto_cleanup(fd) int root_fd = -1;
	struct err err;

	(void)state;
	assert_non_null(mkdtemp(path));
	check_ok(dir_open(path, &root_fd, &err), &err);
	expect(root_fd, "");
	write_file(root_fd, "etc", "etc/machine-id", "a26b0ac0d0ec4c8f8f7f0a3a12345678\n");
	expect(root_fd, "a26b0ac0d0ec4c8f8f7f0a3a12345678");
	write_file(root_fd, dmi, "sys/devices/virtual/dmi/id/product_uuid",
		"0b2f3c44-2d3e-4d8e-9c0b-1f2e3d4c5b6a\n");
	expect(root_fd, "0b2f3c44-2d3e-4d8e-9c0b-1f2e3d4c5b6a");
	write_file(root_fd, dmi, "sys/devices/virtual/dmi/id/product_uuid", "");
	expect(root_fd, "a26b0ac0d0ec4c8f8f7f0a3a12345678");
	write_file(root_fd, dmi, "sys/devices/virtual/dmi/id/product_uuid",
		"0b2f3c44-2d3e-4d8e-9c0b-1f2e3d4c5b6a and much more");
	expect(root_fd, "a26b0ac0d0ec4c8f8f7f0a3a12345678"); /* too long for an ID */
	for (size_t i = 0; i < COUNT(hidden); i++) {
		write_file(root_fd, dmi, "sys/devices/virtual/dmi/id/product_uuid", hidden[i]);
		expect(root_fd, "a26b0ac0d0ec4c8f8f7f0a3a12345678");
	}
	write_file(root_fd, dmi, "sys/devices/virtual/dmi/id/product_uuid",
		"0B2F3C44-2D3E-4D8E-9C0B-1F2E3D4C5B6A\n");
	expect(root_fd, "0b2f3c44-2d3e-4d8e-9c0b-1f2e3d4c5b6a");
	check_ok(tree_remove(root_fd, "etc", &err), &err);
	check_ok(tree_remove(root_fd, "sys", &err), &err);
	assert_int_equal(rmdir(path), 0);
}

static void only_ids_of_one_kind_differ(void **state)
{
	static const struct {
		const char *a, *b;
		bool differ;
	} rows[] = {
		{"0b2f3c44-2d3e-4d8e-9c0b-1f2e3d4c5b6a", "0b2f3c44-2d3e-4d8e-9c0b-1f2e3d4c5b6a",
			false},
		{"0b2f3c44-2d3e-4d8e-9c0b-1f2e3d4c5b6a", "1b2f3c44-2d3e-4d8e-9c0b-1f2e3d4c5b6a", true},
		{"a26b0ac0d0ec4c8f8f7f0a3a12345678", "b26b0ac0d0ec4c8f8f7f0a3a12345678", true},
		{"0b2f3c44-2d3e-4d8e-9c0b-1f2e3d4c5b6a", "a26b0ac0d0ec4c8f8f7f0a3a12345678", false},
		{"0b2f3c44-2d3e-4d8e-9c0b-1f2e3d4c5b6a", "", false},
		{"", "", false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_int_equal(vm_id_differs(rows[i].a, rows[i].b), rows[i].differ);
		assert_int_equal(vm_id_differs(rows[i].b, rows[i].a), rows[i].differ);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_platforms_id_comes_first),
		cmocka_unit_test(only_ids_of_one_kind_differ),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
