"""The speed of training on several ranks: measured on one machine, and modelled beyond it.

trainings.py        the trainings that are measured
measure.py          their times, and those of messages, on two ranks
cost.py             the cost model
markdown_page.py    tutorials/many_machines.md, with its picture
"""
