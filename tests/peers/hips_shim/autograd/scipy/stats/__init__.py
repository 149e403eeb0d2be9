from scipy.stats import *
