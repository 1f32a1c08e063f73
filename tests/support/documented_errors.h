// Which errors PKCS#11 v2.40 (Base Specification, section 5) documents for the functions that a
// maker of keys and signatures calls. A token may return others, too.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace kaspar::test {

/// The functions that have a list.
const std::vector<std::string>& documented_functions();

/// Names of return values, CKR_OK not among them. Fails the test if the function has no list.
const std::vector<std::string>& documented_errors(std::string_view function);

}  // namespace kaspar::test
