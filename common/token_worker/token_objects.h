// The objects on a token: keys found, made, listed and destroyed. libpkcs11-helper has none of
// this; it works on the same instance of the module, whose login it shares. A session for every
// call, so that nothing is held between calls.
#pragma once

#include "common/token_worker/cryptoki.h"

namespace kaspar::token {

class TokenObjects {
  public:
    TokenObjects(const CK_FUNCTION_LIST& functions, CK_SLOT_ID slot)
        : functions_(functions), slot_(slot) {}

    /// Every key with a private half, in Reply::keys.
    Reply list() const;

    /// The one key with this id, in Reply::keys. Its public half is read from the public object, or
    /// where there is none from the private one.
    Reply find(const Bytes& id) const;

    /// Makes a key that signs and cannot leave the token. Refused if a key has the id already;
    /// what an interrupted attempt left without a private half is removed first.
    Reply generate(const Request& request) const;

    /// Removes every object of that id; none is fine.
    Reply destroy(const Bytes& id) const;

  private:
    const CK_FUNCTION_LIST& functions_;
    CK_SLOT_ID slot_;
};

}  // namespace kaspar::token
