from scipy.special import *
