// A handle of C has no destructor that could end the program.
#include <pthread.h>

// trap: of a detached thread nobody needs the handle
bool startDetached(void *(*body)(void *), void *argument) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  pthread_t thread;
  const int failed = pthread_create(&thread, &attributes, body, argument);
  pthread_attr_destroy(&attributes);
  return !failed;
}
