// The test token: a PKCS#11 module that forwards every call to a real one, counts it, and makes the
// trouble that the rules of its control folder ask for (control.h, rules.h).
//
//   KASPAR_TEST_TOKEN_MODULE   the real module; SoftHSM's if unset
//   KASPAR_TEST_TOKEN_FOLDER   the control folder; if unset, calls are only forwarded
//
// Both are read when the module is loaded, the folder at C_Initialize too.
#include <dlfcn.h>
#include <pkcs11-helper-1.0/pkcs11.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "tests/token/control.h"
#include "tests/token/functions.h"

namespace kaspar::test {
namespace {

CK_FUNCTION_LIST* load_real_module() {
    const char* const named = ::getenv("KASPAR_TEST_TOKEN_MODULE");
    const char* const file = named != nullptr ? named : "/usr/lib/softhsm/libsofthsm2.so";
    // Never closed: what it started may outlive us.
    void* const module = ::dlopen(file, RTLD_NOW | RTLD_LOCAL);
    require(module != nullptr, file);
    const auto list_functions =
        reinterpret_cast<CK_C_GetFunctionList>(::dlsym(module, "C_GetFunctionList"));
    CK_FUNCTION_LIST* functions = nullptr;
    require(list_functions != nullptr && list_functions(&functions) == CKR_OK, file);
    return functions;
}

const CK_FUNCTION_LIST& real_module() {
    static const CK_FUNCTION_LIST* const functions = load_real_module();
    return *functions;
}

std::atomic<Control*> control = nullptr;

/// A test process may use one folder after the other. The one before is kept: another thread may be
/// in it.
void find_control() {
    const char* const folder = ::getenv("KASPAR_TEST_TOKEN_FOLDER");
    const Control* const now = control;
    if (folder == nullptr)
        control = nullptr;
    else if (now == nullptr || now->folder() != folder)
        control = new Control(folder);
}

[[noreturn]] void crash() {
    const rlimit no_core{};
    ::setrlimit(RLIMIT_CORE, &no_core);
    ::signal(SIGABRT, SIG_DFL);
    ::abort();
}

/// For as long as the test lasts; nobody else may be left to end the process.
[[noreturn]] void hang(const Control& from) {
    while (std::filesystem::exists(from.folder()))
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    ::_exit(1);
}

CK_RV carry_out(const Rule& rule, const Control& from) {
    if (rule.action == Action::crash)
        crash();
    if (rule.action == Action::kill)
        ::raise(SIGKILL);
    if (rule.action == Action::hang)
        hang(from);
    return rule.error;
}

/// A signature is damaged as the rule says; there is none if only its length was asked for.
void damage(Action action, CK_SESSION_HANDLE, CK_BYTE_PTR, CK_ULONG, CK_BYTE_PTR signature,
            CK_ULONG_PTR length) {
    if (signature == nullptr || *length == 0)
        return;
    if (action == Action::flip)
        signature[*length / 2] ^= 1;
    else
        --*length;
}

/// No other function has an answer that rules can damage.
template <typename... Arguments>
void damage(Action, Arguments...) {}

/// One call, with what the rules have in store for it.
template <typename... Arguments>
CK_RV forward(std::size_t number, CK_RV (*function)(Arguments...), Arguments... arguments) {
    if (number == function_number("C_Initialize"))
        find_control();
    Control* const from = control;
    const Fate fate = from == nullptr ? Fate{} : from->next_call(number);
    if (fate.delay.count() > 0)
        std::this_thread::sleep_for(fate.delay);
    if (fate.rule && !fate.rule->after)
        return carry_out(*fate.rule, *from);
    const CK_RV result = function == nullptr ? CKR_FUNCTION_NOT_SUPPORTED : function(arguments...);
    if (!fate.rule)
        return result;
    if (fate.rule->action != Action::flip && fate.rule->action != Action::shorten)
        return carry_out(*fate.rule, *from);
    if (result == CKR_OK)
        damage(fate.rule->action, arguments...);
    return result;
}

/// Each function of ours, from its place in the real module's list.
template <std::size_t number, auto member>
struct Ours;

template <std::size_t number, typename... Arguments,
          CK_RV (*CK_FUNCTION_LIST::*member)(Arguments...)>
struct Ours<number, member> {
    static CK_RV call(Arguments... arguments) {
        return forward(number, real_module().*member, arguments...);
    }
};

CK_RV get_function_list(CK_FUNCTION_LIST** list);

CK_FUNCTION_LIST all_of_ours() {
#define KASPAR_OURS(function) Ours<*function_number(#function), &CK_FUNCTION_LIST::function>::call,
    CK_FUNCTION_LIST ours{{2, 40}, KASPAR_CRYPTOKI(KASPAR_OURS)};
#undef KASPAR_OURS
    ours.C_GetFunctionList = get_function_list;
    return ours;
}

CK_RV list_functions(CK_FUNCTION_LIST** list) {
    static CK_FUNCTION_LIST ours = all_of_ours();
    *list = &ours;
    return CKR_OK;
}

/// Not the exported function: by that name, the loader may find another library's (libp11-kit).
CK_RV get_function_list(CK_FUNCTION_LIST** list) {
    find_control();
    return forward(*function_number("C_GetFunctionList"), list_functions, list);
}

}  // namespace
}  // namespace kaspar::test

[[gnu::visibility("default")]] CK_RV C_GetFunctionList(CK_FUNCTION_LIST** list) {
    return kaspar::test::get_function_list(list);
}
