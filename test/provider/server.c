#include "server.h"

#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"

#define THREADS           4
#define MAX_CONNECTIONS   256
#define CONNECTION_MEMORY (32u << 10) /* headers and buffers of one connection */
#define MAX_BODIES        (64u << 20) /* all bodies that are being received */
#define IDLE_LIMIT_S      10u
#define REQUEST_LIMIT_MS  20000 /* from its connection or the request before to the end of its answer */
#define API_VERSION       "api-version"
#define TOO_LARGE         "The body is larger than this provider reads."
#define REQUEST_ID_SIZE   64

/* A connection that is open, in a list for the reaper. */
struct connection {
	struct connection *next, *previous;
	int fd;
	int64_t deadline_ms;
};

struct server {
	struct MHD_Daemon *daemon;
	const struct service *service;
	char *tls_cert, *tls_key;
	atomic_size_t bodies; /* bytes allocated for bodies */
	pthread_mutex_t lock; /* of the list */
	struct connection *connections;
};

/* One request while it comes in. */
struct upload {
	const struct route *route;
	struct buf body;
	size_t charged;               /* of server->bodies */
	struct service_answer answer; /* status 0 until there is a reason to refuse */
	const char *allowed;          /* the address's method if the client's is another, else NULL */
};

struct route {
	const char *path, *method;
	void (*answer)(const struct service *, struct bytes body, struct service_answer *);
	bool is_versioned;
};

static const struct route routes[] = {
	{"/attest/AzureGuest", MHD_HTTP_METHOD_POST, service_attest, true},
	{"/certs", MHD_HTTP_METHOD_GET, service_keys, false},
	{"/.well-known/openid-configuration", MHD_HTTP_METHOD_GET, service_metadata, false},
};

/* ---- connections ---- */

static void list_add(struct server *server, struct connection *connection)
{
	connection->next = server->connections;
	if (connection->next)
		connection->next->previous = connection;
	server->connections = connection;
}

static void list_remove(struct server *server, struct connection *connection)
{
	if (connection->next)
		connection->next->previous = connection->previous;
	if (connection->previous)
		connection->previous->next = connection->next;
	else
		server->connections = connection->next;
}

/* libmicrohttpd closes the socket after the notification, so that under the lock a listed socket is open. */
static void connection_changed(void *context, struct MHD_Connection *mhd, void **socket_context,
	enum MHD_ConnectionNotificationCode code)
{
	struct server *server = context;
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
	struct connection *connection = *socket_context;

	(void)pthread_mutex_lock(&server->lock);
	if (code == MHD_CONNECTION_NOTIFY_CLOSED && connection) {
		list_remove(server, connection);
		free(connection);
		*socket_context = NULL;
	} else if (code == MHD_CONNECTION_NOTIFY_STARTED && info) {
		connection = calloc(1, sizeof(*connection));
		if (connection) {
			connection->fd = info->connect_fd;
			connection->deadline_ms = clock_monotonic_ms() + REQUEST_LIMIT_MS;
			list_add(server, connection);
		}
		*socket_context = connection;
	}
	(void)pthread_mutex_unlock(&server->lock);
}

void server_reap(struct server *server)
{
	int64_t now_ms = clock_monotonic_ms();

	(void)pthread_mutex_lock(&server->lock);
	for (struct connection *at = server->connections; at; at = at->next)
		if (now_ms > at->deadline_ms)
			(void)shutdown(at->fd, SHUT_RDWR);
	(void)pthread_mutex_unlock(&server->lock);
}

static void renew_deadline(struct server *server, struct MHD_Connection *mhd)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	struct connection *connection = info ? info->socket_context : NULL;

	if (!connection)
		return;
	(void)pthread_mutex_lock(&server->lock);
	connection->deadline_ms = clock_monotonic_ms() + REQUEST_LIMIT_MS;
	(void)pthread_mutex_unlock(&server->lock);
}

/* ---- bodies ---- */

static void drop_body(struct server *server, struct upload *upload)
{
	buf_done(&upload->body);
	(void)atomic_fetch_sub(&server->bodies, upload->charged);
	upload->charged = 0;
}

static void upload_free(struct server *server, struct upload *upload)
{
	drop_body(server, upload);
	service_answer_done(&upload->answer);
	free(upload);
}

/* The refused body's rest is read and thrown away: then the client sees the answer (RFC 9112, 9.6). The deadline bounds that. */
static void refuse_body(struct server *server, struct upload *upload, unsigned int status, const char *code,
	const char *message)
{
	drop_body(server, upload);
	service_refuse(status, code, message, &upload->answer);
}

static void receive(struct server *server, struct upload *upload, struct bytes chunk)
{
	struct err err;
	size_t before;

	if (upload->answer.error)
		return;
	if (chunk.len > SERVICE_MAX_BODY - upload->body.len) {
		refuse_body(server, upload, MHD_HTTP_CONTENT_TOO_LARGE, "RequestTooLarge", TOO_LARGE);
		return;
	}
	before = upload->body.capacity;
	if (atomic_load(&server->bodies) > MAX_BODIES ||
		buf_append(&upload->body, chunk.data, chunk.len, &err) < 0) {
		refuse_body(server, upload, MHD_HTTP_SERVICE_UNAVAILABLE, "ServerBusy",
			"Too many requests are being received; try again.");
		return;
	}
	upload->charged += upload->body.capacity - before;
	(void)atomic_fetch_add(&server->bodies, upload->body.capacity - before);
}

/* ---- answers ---- */

/* W3C trace context form, as Azure's services send it. */
static void make_request_id(char ret[REQUEST_ID_SIZE])
{
	char trace[33] = "0", span[17] = "0";
	struct err err;

	if (issue_random_hex(16, trace, &err) < 0 || issue_random_hex(8, span, &err) < 0)
		log_err(LOG_LEVEL_WARNING, &err);
	(void)text_format(ret, REQUEST_ID_SIZE, "00-%s-%s-00", trace, span);
}

static void add_headers(struct MHD_Response *response, const struct service_answer *answer, const char *id)
{
	(void)MHD_add_response_header(response, "Content-Type", "application/json; charset=utf-8");
	(void)MHD_add_response_header(response, "Server", "attestation-provider/" VERSION);
	(void)MHD_add_response_header(response, "x-ms-request-id", id);
	(void)MHD_add_response_header(response, "x-ms-maa-service-version", VERSION);
	if (answer->error)
		(void)MHD_add_response_header(response, "x-ms-error-code", answer->error);
	if (answer->status == MHD_HTTP_SERVICE_UNAVAILABLE)
		(void)MHD_add_response_header(response, "Retry-After", "2");
}

/* What an answer goes to. */
struct target {
	struct MHD_Connection *mhd;
	const char *method, *path;
};

static enum MHD_Result send_answer(const struct target *to, const struct upload *upload)
{
	const struct service_answer *answer = &upload->answer;
	char id[REQUEST_ID_SIZE];
	struct MHD_Response *response =
		MHD_create_response_from_buffer(answer->body.len, answer->body.data, MHD_RESPMEM_MUST_COPY);
	enum MHD_Result result;

	if (!response)
		return MHD_NO;
	make_request_id(id);
	add_headers(response, answer, id);
	if (upload->allowed)
		(void)MHD_add_response_header(response, "Allow", upload->allowed);
	log_line(LOG_LEVEL_INFO, "%.16s %.60s: %u%s%s (%s)", to->method, to->path, answer->status,
		answer->error ? " " : "", answer->error ? answer->note : "", id);
	result = MHD_queue_response(to->mhd, answer->status, response);
	MHD_destroy_response(response);
	return result;
}

/* ---- requests ---- */

static const struct route *find_route(const char *path)
{
	for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++)
		if (strcmp(routes[i].path, path) == 0)
			return &routes[i];
	return NULL;
}

static bool is_method(const struct route *route, const char *method)
{
	if (strcmp(method, MHD_HTTP_METHOD_HEAD) == 0)
		method = MHD_HTTP_METHOD_GET;
	return strcmp(route->method, method) == 0;
}

static bool is_version(struct MHD_Connection *mhd, const struct route *route)
{
	const char *version = MHD_lookup_connection_value(mhd, MHD_GET_ARGUMENT_KIND, API_VERSION);

	return !route->is_versioned || (version && strcmp(version, SERVICE_API_VERSION) == 0);
}

static bool is_too_long(const struct target *from)
{
	const char *length = MHD_lookup_connection_value(from->mhd, MHD_HEADER_KIND, "Content-Length");

	return length && strtoull(length, NULL, 10) > SERVICE_MAX_BODY;
}

/* What the headers already rule out. */
static void rule_out(const struct target *from, struct upload *upload)
{
	if (!upload->route)
		service_refuse(
			MHD_HTTP_NOT_FOUND, "NotFound", "There is nothing at this address.", &upload->answer);
	else if (!is_method(upload->route, from->method)) {
		upload->allowed = upload->route->method;
		service_refuse(MHD_HTTP_METHOD_NOT_ALLOWED, "MethodNotAllowed",
			"This address has another method.", &upload->answer);
	} else if (!is_version(from->mhd, upload->route))
		service_refuse(MHD_HTTP_BAD_REQUEST, "InvalidApiVersion",
			"The api-version must be " SERVICE_API_VERSION ".", &upload->answer);
	else if (is_too_long(from))
		service_refuse(MHD_HTTP_CONTENT_TOO_LARGE, "RequestTooLarge", TOO_LARGE, &upload->answer);
}

/* Headers are there. A body that is too long is not waited for. */
static enum MHD_Result begin(const struct target *from, void **ret)
{
	struct upload *upload = calloc(1, sizeof(*upload));

	if (!upload)
		return MHD_NO;
	upload->route = find_route(from->path);
	upload->body = buf_with_max(SERVICE_MAX_BODY);
	upload->answer = service_answer_empty();
	rule_out(from, upload);
	*ret = upload;
	return is_too_long(from) ? send_answer(from, upload) : MHD_YES;
}

/* NOLINTNEXTLINE(readability-function-size): the library's signature */
static enum MHD_Result handle(void *context, struct MHD_Connection *mhd, const char *path, const char *method,
	const char *http_version, const char *data, size_t *data_size, void **request)
{
	const struct target from = {mhd, method, path};
	struct server *server = context;
	struct upload *upload = *request;

	(void)http_version;
	if (!upload)
		return begin(&from, request);
	if (*data_size) {
		receive(server, upload, (struct bytes){(const uint8_t *)data, *data_size});
		*data_size = 0;
		return MHD_YES;
	}
	if (!upload->answer.error)
		upload->route->answer(server->service, buf_bytes(&upload->body), &upload->answer);
	drop_body(server, upload);
	return send_answer(&from, upload);
}

static void completed(
	void *context, struct MHD_Connection *mhd, void **request, enum MHD_RequestTerminationCode reason)
{
	(void)reason;
	if (*request)
		upload_free(context, *request);
	*request = NULL;
	renew_deadline(context, mhd);
}

/* ---- start and stop ---- */

static struct MHD_Daemon *start_daemon(struct server *server, int listen_fd)
{
	return MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_TLS, 0, NULL, NULL, handle, server,
		MHD_OPTION_LISTEN_SOCKET, listen_fd, MHD_OPTION_HTTPS_MEM_CERT, server->tls_cert,
		MHD_OPTION_HTTPS_MEM_KEY, server->tls_key, MHD_OPTION_HTTPS_PRIORITIES,
		"NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2", MHD_OPTION_THREAD_POOL_SIZE,
		(unsigned int)THREADS, MHD_OPTION_CONNECTION_LIMIT, (unsigned int)MAX_CONNECTIONS,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY, MHD_OPTION_CONNECTION_TIMEOUT,
		IDLE_LIMIT_S, MHD_OPTION_NOTIFY_COMPLETED, completed, server, MHD_OPTION_NOTIFY_CONNECTION,
		connection_changed, server, MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1, MHD_OPTION_END);
}

int server_start(int listen_fd, struct bytes tls_cert_pem, struct bytes tls_key_pem,
	const struct service *service, struct server **ret, struct err *err)
{
	auto_cleanup(server) struct server *server = calloc(1, sizeof(*server));

	if (!server)
		return err_set(err, ERR_NO_MEMORY, 0, "No memory for a server.");
	(void)pthread_mutex_init(&server->lock, NULL);
	server->service = service;
	server->tls_cert = strndup((const char *)tls_cert_pem.data, tls_cert_pem.len);
	server->tls_key = strndup((const char *)tls_key_pem.data, tls_key_pem.len);
	if (!server->tls_cert || !server->tls_key)
		return err_set(err, ERR_NO_MEMORY, 0, "No memory for a server.");
	server->daemon = start_daemon(server, listen_fd);
	if (!server->daemon)
		return err_set(err, ERR_USAGE, 0,
			"The server does not start: is the TLS certificate's file a chain that fits the "
			"key?");
	*ret = steal_ptr(server);
	return 0;
}

void server_stop(struct server *server)
{
	if (!server)
		return;
	if (server->daemon)
		MHD_stop_daemon(server->daemon);
	(void)pthread_mutex_destroy(&server->lock);
	if (server->tls_key)
		explicit_bzero(server->tls_key, strlen(server->tls_key));
	free(server->tls_key);
	free(server->tls_cert);
	free(server);
}
