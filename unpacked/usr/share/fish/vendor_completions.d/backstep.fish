# Completion of backstep for fish
complete -c backstep -l json -d 'answers as records, one JSON object a line'
complete -c backstep -l talk -d 'the same in conversation: another program asks, line by line'
complete -c backstep -l color -d 'always, never or auto (the default: on a terminal)' -x -a 'always never auto'
complete -c backstep -l interactive -d 'stays at the prompt after the scripts'
complete -c backstep -l help -d 'this page'
complete -c backstep -l version -d 'the version, and the commit that it was built from'
complete -c backstep -l bless -d 'rewrites them to what came back'
complete -c backstep -l answers -d 'reads what is typed from a file' -r
complete -c backstep -l csv -d 'as a table for a spreadsheet'
complete -c backstep -l seed -d 'the numbers that a handout of this seed has' -r
complete -c backstep -l trust -d 'no bounds: scripts may use files, time, memory'
complete -c backstep -s e -d 'runs code' -x
complete -c backstep -n __fish_use_subcommand -a ' check lesson lessons grade'
complete -c backstep -n '__fish_seen_subcommand_from lesson' -a 'new activations backward-pass batches bricks by-hand chain-rule deep delta derivatives descent gates graphs initialisation inputs layers learning-rate local-gradients loss neuron nudging ravine regularise scale sharing slope steering training-loop two-paths why-backward worked-network zero-grad'
