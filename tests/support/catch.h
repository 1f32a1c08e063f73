// Catch2's header, whichever of its versions Debian has (2 on bookworm, 3 on trixie).
#pragma once

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>
#endif
