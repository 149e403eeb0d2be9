from scipy.signal import *
