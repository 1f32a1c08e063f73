// The manual pages of Kaspar: what is said beside what their tables say.
#pragma once

#include "common/manual/manual_page.h"

namespace kaspar::pages {

extern const ManualPage kaspar;         ///< kaspar(1)
extern const ManualPage enforcer;       ///< kaspar-enforcer(8)
extern const ManualPage signer;         ///< kaspar-signer(8)
extern const ManualPage configuration;  ///< kaspar.json(5)
extern const ManualPage policy;         ///< kaspar-policy(5)

}  // namespace kaspar::pages
