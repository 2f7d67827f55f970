/* cert_renewal.h - renews the attestation key's certificate.
 *
 * The platform renews it when it is read, as each round does. Where it does not, the service asks
 * the metadata service from 30 days before the end on, once a day, after a round. Three steps, each
 * of which leaves the old certificate where it is if it fails:
 * 1. the new certificate comes, perhaps only at a later round;
 * 2. it must be of this TPM's attestation key and end later than the old one, and the provider must
 *    accept it: an attestation with it is made, whose only result is that;
 * 3. it is kept in the state folder together with the old one, then written into the TPM and read
 *    back.
 * What ends the third step in between leaves a certificate in the state folder, which is put into
 * the TPM before the next round. Only this module writes the TPM's memory. */
#ifndef ATTEST_CERT_RENEWAL_H
#define ATTEST_CERT_RENEWAL_H

#include "attest/cert_record.h"
#include "attest/round.h"

enum cert_renewal {
	CERT_RENEWAL_FAILED = -1, /* *err: ERR_AK_CERT_NOT_RENEWED, or why its record failed */
	CERT_RENEWAL_NONE, /* nothing was to be done, or the new certificate is in the making */
	CERT_RENEWAL_DONE, /* the TPM holds the certificate that was to be there */
};

/* Before a round: ends a replacement that was cut off. Of `round`, only the root and the TPM are
 * used. ret_trouble: why the last renewal failed, for the status; "" = it did not. */
enum cert_renewal cert_renewal_resume(int state_fd, const struct round_inputs *round,
	char ret_trouble[CERT_RECORD_TROUBLE_SIZE], struct err *err) err_check;

/* After a round that found no certificate in the TPM: gives the true reason if a replacement was
 * cut off, and cert_renewal_resume() could not end it. */
void cert_renewal_explain(int state_fd, struct round_result *round);

/* After a round, of which `end_s` is the certificate's end (Unix time; 0: unknown). Does nothing
 * unless a renewal is due at round->now. Takes 65 s on the network at most, and a round by these
 * inputs. */
enum cert_renewal cert_renewal_run(
	int state_fd, const struct round_inputs *round, int64_t end_s, struct err *err) err_check;

#endif
