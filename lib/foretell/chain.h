/* chain.h - the programs that will run one after the other, from a boot option to the kernel, as
 * the disks hold them now: shim, GRUB or systemd-boot, kernel; or a unified kernel image.
 *
 * Files are found among the boot files (disk/bootwalk.h): those of the EFI system partition at
 * boot/efi, efi or boot, those of /boot at boot.
 *
 * Source: shim 16.1 (second stage, fallback), GRUB 2.12, systemd 257 (systemd-boot(7)). */
#ifndef FORETELL_CHAIN_H
#define FORETELL_CHAIN_H

#include "disk/bootfiles.h"
#include "disk/program.h"
#include "foretell/bootoptions.h"

#define CHAIN_MAX 4 /* shim, GRUB, systemd-boot's like, kernel */

enum chain_end {
	CHAIN_WHOLE,
	CHAIN_MISSING, /* a file is not there; `why` names it */
	CHAIN_UNCLEAR, /* `why` tells what is not known */
};

struct chain_program {
	char path[BOOTWALK_PATH_SIZE + 1]; /* "/boot/efi/..", or as given */
	bool is_given; /* the program of chain_sources.with */
	struct program *program; /* owned */
};

struct chain {
	size_t count;
	struct chain_program items[CHAIN_MAX];
	bool has_given; /* one of them */
	enum chain_end end;
	char why[256]; /* a sentence; "" if CHAIN_WHOLE */
	/* the last program is shim's fallback, which makes this path the first boot option and
	 * restarts the machine; "" if it does not, or the path is not known */
	char fallback[BOOTOPTION_PATH_SIZE];
};

struct chain_sources {
	int root_fd;
	const struct bootfiles *files;
	bool is_esp_other; /* another partition is mounted than the boot option's, and left out */
	/* takes the place of the program of its kind; fd -1: none */
	struct chain_with {
		int fd;
		const char *path;
		enum program_kind kind;
	} with;
};

/* Of one option. ERR_NO_MEMORY, ERR_IO: a file cannot be read. */
int chain_find(const struct chain_sources *sources, const struct bootoption *option,
	struct chain *ret, struct err *err) err_check;
void chain_done(struct chain *chain);
static inline void chain_cleanup(struct chain *chain)
{
	chain_done(chain);
}

#endif
