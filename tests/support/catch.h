// Catch2's header, whichever of its versions Debian has (2 on bookworm, 3 on trixie).
#pragma once

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
namespace Catch {  // version 2's names
inline auto Contains(const std::string& part) {
    return Matchers::ContainsSubstring(part);
}
using Matchers::StartsWith;
}  // namespace Catch
#else
#include <catch2/catch.hpp>
#endif
