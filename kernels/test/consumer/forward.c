/* PReLU from C: one sample of two channels, with one slope each. */
#include <prelu/prelu.h>
#include <stdio.h>

int main(void) {
  const float x[2][2] = {{-1, 2}, {-3, 4}};
  const float alpha[2] = {0.5F, 0.25F};
  float y[2][2];
  const prelu_problem problem = {
      .struct_size = sizeof(problem),
      .direction = PRELU_FORWARD,
      .dtype = PRELU_DTYPE_F32,
      .alpha_mode = PRELU_ALPHA_PER_CHANNEL,
      .n = 1,
      .c = 2,
      .spatial = 2,
  };
  const prelu_operands operands = {.struct_size = sizeof(operands), .x = x, .alpha = alpha, .y = y};

  prelu_plan* plan;
  if (prelu_plan_create(&problem, &plan) != PRELU_OK ||
      prelu_plan_run(plan, &operands, NULL) != PRELU_OK) {
    fprintf(stderr, "%s\n", prelu_last_error());
    return 1;
  }
  printf("%g %g %g %g\n", y[0][0], y[0][1], y[1][0], y[1][1]); /* -0.5 2 -0.75 4 */
  prelu_plan_destroy(plan);
  return 0;
}
