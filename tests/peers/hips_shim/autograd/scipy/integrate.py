from scipy.integrate import *
