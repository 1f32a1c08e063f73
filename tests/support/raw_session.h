// A session with a token, straight through its module and without the programs' adapter: to judge a
// module, and to compare with. The module is loaded and initialised (with locks of the operating
// system's) and stays so until the process ends or finalize() is called.
#pragma once

#include <pkcs11-helper-1.0/pkcs11.h>

#include <string>
#include <vector>

namespace kaspar::test {

/// The module's functions. Aborts if it cannot be loaded.
const CK_FUNCTION_LIST& load_module(const std::string& file);

/// C_Initialize with CKF_OS_LOCKING_OK.
CK_RV initialize(const CK_FUNCTION_LIST& module);

class RawSession {
  public:
    using Octets = std::vector<unsigned char>;

    /// Loads and initialises the module if need be, and opens a read-write session with the one
    /// token of that label. outcome() tells how far that went: everything else needs CKR_OK.
    RawSession(const std::string& module, const std::string& label);
    RawSession(const RawSession&) = delete;
    RawSession& operator=(const RawSession&) = delete;

    /// Closes the session; the module stays initialised.
    ~RawSession();

    /// CKR_TOKEN_NOT_PRESENT if there is no such token, or more than one.
    CK_RV outcome() const { return outcome_; }

    CK_RV login(const std::string& pin);

    /// Makes a P-256 key pair on the token, with this CKA_ID (octets, not digits).
    CK_RV make_p256(const std::string& id);

    /// The handle of the one private key of that CKA_ID; CK_INVALID_HANDLE without.
    CK_OBJECT_HANDLE private_key(const std::string& id);

    /// C_SignInit and C_Sign. CKM_ECDSA signs a digest.
    CK_RV sign(CK_OBJECT_HANDLE key, const Octets& digest, Octets& signature,
               CK_MECHANISM_TYPE mechanism = CKM_ECDSA);

    /// C_Finalize; nothing else may be called after it.
    CK_RV finalize();

    const CK_FUNCTION_LIST& module() const { return module_; }
    CK_SLOT_ID slot() const { return slot_; }
    CK_SESSION_HANDLE handle() const { return handle_; }

  private:
    CK_RV find_slot(const std::string& label);

    const CK_FUNCTION_LIST& module_;
    CK_SLOT_ID slot_ = 0;
    CK_SESSION_HANDLE handle_ = CK_INVALID_HANDLE;
    CK_RV outcome_;
};

}  // namespace kaspar::test
