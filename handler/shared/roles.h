/* roles.h - what guest-attest is besides the operator's command: the five commands of the guest
 * agent, and the service. One program holds all of them, because they share most of its code. */
#ifndef HANDLER_SHARED_ROLES_H
#define HANDLER_SHARED_ROLES_H

/* As main(): argv[0] is the program's name, the exit code is returned. */
int install_main(int argc, char **argv);
int enable_main(int argc, char **argv);
int disable_main(int argc, char **argv);
int update_main(int argc, char **argv);
int uninstall_main(int argc, char **argv);
int monitor_main(int argc, char **argv);

#endif
