using System.Net.Sockets;
using Nacre.Client;
using Nacre.Protocol.Wire;
using Nacre.Tools.SshKeygen;
using Nacre.Unix;

namespace Nacre.Tools.SshAdd;

/// <summary>The program ssh-add: gives keys to an agent, takes them out, and asks it which it has.</summary>
internal static class SshAddApplet
{
    private const int NoAgent = 2;

    public static int Run(string[] arguments)
    {
        try
        {
            return Run(arguments, new AddPlace(Environment.GetEnvironmentVariable("SSH_AUTH_SOCK"), Users.Current?.Home), Answers.OfPerson(), Console.Out, Console.Error);
        }
        catch (IOException broken)
        {
            // Nobody reads the output any more, or there is none to write to.
            Console.Error.WriteLine($"ssh-add: {broken.Message}");
            return 1;
        }
    }

    /// <summary>Runs the tool on other streams than the process's own.</summary>
    public static int Run(string[] arguments, AddPlace place, Answers answers, TextWriter output, TextWriter error)
    {
        try
        {
            AddSettings settings = AddSettings.Parse(arguments);
            return RunAsync(settings, place, answers, new AddReport(output, error, settings)).GetAwaiter().GetResult() ? 0 : 1;
        }
        catch (UsageException wrong)
        {
            SshAddFlags.Table.Explain(wrong, error);
            return 1;
        }
        catch (FatalException fatal)
        {
            error.Write(fatal.Message + (fatal.Status == 255 ? "\r\n" : "\n"));
            return fatal.Status;
        }
        finally
        {
            output.Flush();
        }
    }

    private static async Task<bool> RunAsync(AddSettings settings, AddPlace place, Answers answers, AddReport report)
    {
        AgentClient agent = await ConnectAsync(place).ConfigureAwait(false);
        await using (agent.ConfigureAwait(false))
        {
            switch (settings.Action)
            {
                case AgentAction.ListFingerprints or AgentAction.ListKeys:
                    return await new AgentListing(agent, settings, report).ListKeysAsync().ConfigureAwait(false);
                case AgentAction.ListExtensions:
                    return await new AgentListing(agent, settings, report).ListExtensionsAsync().ConfigureAwait(false);
                case AgentAction.Lock or AgentAction.Unlock:
                    return await new AgentLock(agent, answers, report).SetAsync(settings.Action == AgentAction.Lock).ConfigureAwait(false);
                case AgentAction.Remove:
                    return await new KeyRemoval(agent, settings, place, answers, report).RunAsync().ConfigureAwait(false);
                case AgentAction.RemoveAll:
                    return await new KeyRemoval(agent, settings, place, answers, report).RemoveAllAsync().ConfigureAwait(false);
                case AgentAction.Test:
                    return await new KeyTrial(agent, report).RunAsync(settings.Files).ConfigureAwait(false);
                case AgentAction.AddToken or AgentAction.RemoveToken:
                    return await new TokenKeys(agent, settings, place, answers, report).RunAsync().ConfigureAwait(false);
                case AgentAction.AddResident:
                    return await new ResidentKeys(agent, settings, place, answers, report).RunAsync().ConfigureAwait(false);
                default:
                    using (var adding = new KeyAdding(agent, settings, place, answers, report)) return await adding.RunAsync().ConfigureAwait(false);
            }
        }
    }

    private static async Task<AgentClient> ConnectAsync(AddPlace place)
    {
        if (place.AgentSocket is not { Length: > 0 } path) throw new FatalException("Could not open a connection to your authentication agent.", NoAgent);
        try
        {
            return new AgentClient(new NetworkStream(await AgentClient.OpenAsync(path, default).ConfigureAwait(false), ownsSocket: true));
        }
        catch (SshException unreachable)
        {
            throw new FatalException($"Error connecting to agent: {unreachable.Message}", NoAgent);
        }
    }
}
