from truenorth import program

program()
