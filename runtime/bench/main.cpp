// Runnel's side of the comparison: the workload is the main goroutine of run() with so many
// workers.
#include "harness.h"

#include <runnel/runnel.h>

int main(int argc, char** argv) {
  return bench::run_program(argc, argv, [](const bench::body& body, const bench::args& a) {
    bench::result r;
    const int status = runnel::run(
        [&] {
          r = body(a);
          return 0;
        },
        {.workers = a.workers});
    bench::check(status == 0, "run()");
    return r;
  });
}
