"""Step sizes of published trainings, epoch by epoch. This file needs nothing: the ledger reads it anywhere."""

STAGES = 5  # of the 8 of Burda et al.
FIXED = 1e-4  # the first step size on fixed-binarised MNIST


def of_stages(epoch: int) -> float:
    """Stage i = 0, 1, … lasts 3^i epochs with α = 10^(−3 − i/7).   Ledger: optim.stages"""
    stage = next(i for i in range(STAGES) if epoch <= sum(3**j for j in range(i + 1)))
    return 10 ** (-3 - stage / 7)


def of_two_falls(epoch: int) -> float:
    """α falls by 10^(−1/5) after 200 epochs, and again after 350.   Ledger: optim.two_falls"""
    return FIXED * 10 ** (-0.2 * ((epoch > 200) + (epoch > 350)))
