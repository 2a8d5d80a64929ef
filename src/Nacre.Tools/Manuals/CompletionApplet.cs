namespace Nacre.Tools.Manuals;

/// <summary>The program `nacre completion`: prints what a shell has to know to complete the command lines of the tools.</summary>
internal static class CompletionApplet
{
    public static int Run(string[] arguments)
    {
        if (arguments is ["bash", .. var names])
        {
            Console.Out.Write(BashCompletion.Write(names));
            return 0;
        }

        Console.Error.WriteLine("usage: nacre completion bash [command ...]\nFor this shell: eval \"$(nacre completion bash)\"");
        return 2;
    }
}
