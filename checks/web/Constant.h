//===- Constant.h - What never changes once it is made ----------*- C++ -*-===//
//
// buffer_.capacity() needs no lock although buffer_.push() does, if all that it
// reads is set when the buffer is made. The program shows that, where it shows
// the bodies of the methods.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_CHECKS_WEB_CONSTANT_H
#define RUNNEL_CHECKS_WEB_CONSTANT_H

#include "checks/analysis/Facts.h"
#include "checks/analysis/GuardedBy.h"

namespace runnel::web {

/// Whether \p A, an access of the data \p G speaks of, is a call of a const
/// method that reads only members nobody writes after construction.
bool readsConstant(const analysis::Facts &F, const analysis::Guarding &G,
                   const analysis::DataAccess &A);

} // namespace runnel::web

#endif
