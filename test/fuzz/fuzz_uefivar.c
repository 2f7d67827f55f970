/* The same bytes as a measured variable, as a signature list and as UTF-16. */
#include "boot/uefivar.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void walk_signatures(struct bytes bytes)
{
	struct uefi_signature_walk walk = uefi_signature_walk(bytes);
	struct uefi_signature signature;
	volatile uint8_t last = 0;

	while (uefi_signature_next(&walk, &signature)) {
		last ^= signature.type[UEFI_GUID_SIZE - 1] ^ signature.owner[UEFI_GUID_SIZE - 1];
		if (signature.data.len)
			last ^= signature.data.data[signature.data.len - 1];
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct uefivar var;
	char text[64];

	walk_signatures((struct bytes){data, size});
	uefi_text((struct bytes){data, size}, text, sizeof(text));
	if (uefivar_parse((struct bytes){data, size}, &var))
		walk_signatures(var.data);
	return 0;
}
