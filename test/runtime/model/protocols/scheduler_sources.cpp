// The scheduler as it is, but for the threads that it starts.
#include <pthread.h>

namespace runnel::model {
void start_model_worker(void* w);
}

namespace {
int create_model_thread(pthread_t*, const pthread_attr_t*, void* (*)(void*), void* argument) {
  runnel::model::start_model_worker(argument);
  return 0;
}
} // namespace

#define pthread_create create_model_thread
#include "sched/scheduler.cpp"
