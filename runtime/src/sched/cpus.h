// How many CPUs this process may use.
#pragma once

namespace runnel::detail {

/// The CPUs of the affinity mask, cut to the smallest CPU quota of the process's cgroups (v1 and
/// v2, all ancestors), rounded up, at least one. Reads files: not for hot paths.
unsigned usable_cpus() noexcept;

} // namespace runnel::detail
