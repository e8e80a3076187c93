// The std::thread side of the comparison. A thread is the task here; `workers` is the number of
// CPUs the process may use.
#include "channel.h"

#include <sched.h>

int main(int argc, char** argv) {
  return bench::run_program(argc, argv, [](const bench::body& body, const bench::args& a) {
    cpu_set_t allowed, chosen;
    CPU_ZERO(&allowed);
    CPU_ZERO(&chosen);
    sched_getaffinity(0, sizeof allowed, &allowed);
    unsigned taken = 0;
    for (int cpu = 0; cpu < CPU_SETSIZE && taken < a.workers; ++cpu)
      if (CPU_ISSET(cpu, &allowed)) {
        CPU_SET(cpu, &chosen);
        ++taken;
      }
    sched_setaffinity(0, sizeof chosen, &chosen);
    return body(a);
  });
}
