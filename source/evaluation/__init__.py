"""How good a model is: metrics, tests, baselines, ablation and cross-validation."""
