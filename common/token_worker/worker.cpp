#include "common/token_worker/worker.h"

#include <string.h>  // explicit_bzero

#include "common/token_worker/token_objects.h"
#include "common/token_worker/token_session.h"
#include "common/tokens/frame.h"

namespace kaspar::token {
namespace {

/// The frame after the request to open.
std::optional<Secret> receive_pin(int socket) {
    auto octets = receive_frame(socket, std::nullopt);
    if (!octets)
        return std::nullopt;
    Secret pin(std::string(octets->begin(), octets->end()));
    explicit_bzero(octets->data(), octets->size());
    return pin;
}

Reply carry_out(TokenSession& session, const Request& request) {
    if (!session.is_open())
        return hindered(Hindrance::failed, "the token is not open");
    const TokenObjects objects(session.functions(), session.slot());
    switch (request.operation) {
        case Operation::open:
            return hindered(Hindrance::failed, "the token is open already");
        case Operation::list:
            return objects.list();
        case Operation::find:
            return objects.find(request.id);
        case Operation::generate:
            return objects.generate(request);
        case Operation::destroy:
            return objects.destroy(request.id);
        case Operation::sign:
            return session.sign(request);
    }
    return hindered(Hindrance::failed, "an unknown request");
}

}  // namespace

void serve(int socket) {
    TokenSession session;
    while (const auto octets = receive_frame(socket, std::nullopt)) {
        const auto request = decode_request(*octets);
        if (!request)
            return;
        Reply reply;
        if (request->operation == Operation::open && !session.is_open()) {
            const auto pin = receive_pin(socket);
            if (!pin)
                return;
            reply = session.open(*request, *pin);
        } else {
            reply = carry_out(session, *request);
        }
        if (!send_frame(socket, encode(reply), std::nullopt))
            return;
    }
}

}  // namespace kaspar::token
