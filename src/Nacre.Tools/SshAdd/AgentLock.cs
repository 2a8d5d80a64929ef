using System.Security.Cryptography;
using Nacre.Client;
using Nacre.Protocol.Wire;
using Nacre.Tools.SshKeygen;

namespace Nacre.Tools.SshAdd;

/// <summary>Locks an agent with a password, and unlocks it (-x and -X).</summary>
internal sealed class AgentLock(AgentClient agent, Answers answers, AddReport report)
{
    public async Task<bool> SetAsync(bool locks)
    {
        byte[] password = answers.AskPassphrase("Enter lock password: ");
        try
        {
            if (locks && !IsRepeated(password))
            {
                report.Say("Passwords do not match.");
                return false;
            }

            if (locks) await agent.LockAsync(password).ConfigureAwait(false);
            else await agent.UnlockAsync(password).ConfigureAwait(false);
            report.Say(locks ? "Agent locked." : "Agent unlocked.");
            return true;
        }
        catch (SshException refused)
        {
            report.Say($"Failed to {(locks ? "lock" : "unlock")} agent: {refused.Message}");
            return false;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(password);
        }
    }

    private bool IsRepeated(byte[] password)
    {
        byte[] again = answers.AskPassphrase("Again: ");
        bool isEqual = CryptographicOperations.FixedTimeEquals(password, again);
        CryptographicOperations.ZeroMemory(again);
        return isEqual;
    }
}
