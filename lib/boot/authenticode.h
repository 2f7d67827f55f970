/* authenticode.h - reads the signatures of an EFI program: its table of attribute certificates, and
 * the SignedData (PKCS#7) in each. No cryptography: what a signature is worth, disk/signers.h finds
 * out. All is hostile; views point into the table.
 *
 * A program may carry several signatures. Firmware takes each in turn, and only those of the table:
 * a signature within another one's attributes counts for no firmware.
 *
 * Source: Microsoft "Windows Authenticode Portable Executable Signature Format" 1.0; RFC 2315
 * sections 7 and 9; PE/COFF 8.3 section 5.7; UEFI 2.10 section 32.2.4; EDK2
 * DxeImageVerificationLib. */
#ifndef BOOT_AUTHENTICODE_H
#define BOOT_AUTHENTICODE_H

#include "base/buf.h"
#include "base/err.h"

#define AUTHENTICODE_MAX_TABLE (256u << 10) /* shim's with two signatures has 19 KiB */
#define AUTHENTICODE_MAX_CERTS 8

/* Takes the next SignedData off the table; entries of other types are passed over. False at the
 * end, and where sizes do not fit, as for the firmware. */
bool authenticode_next(struct bytes *table, struct bytes *ret_message);

struct authenticode {
	/* of the program, as signed, with SHA-256; empty for another algorithm */
	struct bytes digest;
	struct bytes content; /* what messageDigest is of, and what is signed without attributes */
	/* the signed attributes with their tag [0], in whose place a SET is signed; or empty */
	struct bytes attributes;
	struct bytes message_digest; /* of the attributes */
	struct bytes signature;
	size_t cert_count;
	struct bytes certs[AUTHENTICODE_MAX_CERTS]; /* DER; further ones are left out */
	size_t signer; /* index of the signer's; cert_count: it is not among them */
};

/* ERR_FORMAT: no SignedData of a program with one signer. */
int authenticode_parse(struct bytes message, struct authenticode *ret, struct err *err) err_check;

/* The names in a certificate, as encoded. */
struct authenticode_names {
	struct bytes serial, issuer, subject;
};
bool authenticode_names(struct bytes der, struct authenticode_names *ret);

#endif
